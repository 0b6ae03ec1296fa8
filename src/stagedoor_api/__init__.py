"""The type of `stagedoor.api`, for editors and type checkers: `stagedoor api pull` writes a nearer one beside a script.

Nothing imports this while a script runs.
"""

from stagedoor.runtime.client import api

__all__ = ["api"]
