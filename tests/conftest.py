"""Which database the platforms of a run stand on: `--database postgresql` runs the same tests on the other one."""

import os
from collections.abc import Iterator

import pytest

from tests.harness import running
from tests.harness.postgresql import server

# Programs are started hundreds of times; without their bytecode on disk each start compiles a megabyte of source again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.config.getoption("--database") == "sqlite":
        yield
        return
    with server() as one:
        running.new_database = one.database
        yield
        running.new_database = None
