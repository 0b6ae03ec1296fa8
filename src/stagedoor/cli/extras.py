"""The extras of the package: which modules each brings, and what to say when one that is needed is missing."""

from importlib.util import find_spec

from stagedoor.model.errors import Failure

_DEV = ("httpx2", "starlette", "uv", "uvicorn", "watchfiles")
MODULES = {
    "dev": _DEV,
    "platform": (
        *_DEV, "alembic", "cryptography", "duckdb", "fastapi", "joserfc", "numpy", "opentelemetry.proto", "psycopg",
        "pydantic", "scipy", "sqlalchemy", "yaml",
    ),
}  # fmt: skip


class MissingPackage(Failure):
    """A package that the verb needs is not installed."""

    code = "missing_package"


def require(verb: str, extra: str) -> None:
    """Raises MissingPackage when a module of the extra cannot be found. Nothing is imported."""
    for module in MODULES[extra]:
        if not _is_present(module):
            raise missing(verb, extra, module)


def missing(verb: str, extra: str, module: str) -> MissingPackage:
    return MissingPackage(
        f"`stagedoor {verb}` needs the extra `{extra}`, which is not installed: there is no module {module}",
        hint=f"pip install 'stagedoor[{extra}]'",
    )


def _is_present(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
