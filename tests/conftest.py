"""Which database the platforms of a run stand on: `--database postgresql` runs the same tests on the other one."""

from collections.abc import Iterator

import pytest

from tests.harness import running
from tests.harness.postgresql import server


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
