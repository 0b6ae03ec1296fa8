"""What all tests share: the database that platforms stand on, the size of their pools, and layers made once."""

import os
from collections.abc import Iterator

import pytest

from tests.harness import running
from tests.harness.postgresql import server

# Programs are started hundreds of times; without their bytecode on disk each start compiles a megabyte of source again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Each pooled container is a process that starts; tests use few at one moment.
_POOLS = """
[pools]
warm = 3
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "what platforms keep their state in; postgresql starts a server for the run"
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help=text)


@pytest.fixture(scope="session", autouse=True)
def platforms(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sets what the platforms of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    # A parallel worker has a folder of its own below that of the run.
    running.shared_layers = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "layers"
    running.shared_layers.mkdir(exist_ok=True)
    running.default_pools = _POOLS
    if request.config.getoption("--database") == "sqlite":
        yield
        return
    with server() as postgresql:
        running.new_database = postgresql.database
        yield
        running.new_database = None
