"""Twenty small scripts that are hard to run again: each reads clocks or chance, or depends on an order."""

import caches  # noqa: F401
import chance  # noqa: F401
import clocks  # noqa: F401
import orders  # noqa: F401
import waits  # noqa: F401
