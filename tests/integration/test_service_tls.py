"""Calls to a service over TLS: the egress speaks it, to nobody but whom the platform's authorities vouch for."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagedoor.http.client import Client
from stagedoor.main import tls
from stagedoor.model.errors import Invalid
from stagedoor.model.settings import Tls
from tests.harness.running import Running, platform
from tests.integration.applications import script
from tests.integration.certificates import Authority
from tests.integration.services import Films, serving

CALLER = """
from stagedoor import ApiError, Request, api, endpoint


@endpoint("GET", "/rows")
async def rows(request: Request) -> dict:
    try:
        answer = await api["vault"].get("/rows")
    except ApiError as error:
        return {"failed": type(error).__name__, "reason": error.reason}
    return answer.json()
"""


def authority(folder: Path, name: str) -> Authority:
    (folder / name).mkdir()
    return Authority(folder / name)


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Authority]]:
    """A platform that trusts an authority of the test's own."""
    one = authority(tmp_path_factory.mktemp("trust"), "known")
    with platform(f'[tls]\nauthorities = "{one.file}"\n') as running:
        yield running, one


def speaking(one: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*one.issue()[:2])
    return context


def ask(running: Running, folder: Path, films: Films) -> dict[str, str]:
    client = Client(running.addresses["control"], running.token)
    client.put("services", "vault", body={"urls": [f"https://localhost:{films.port}"], "credential": "Bearer s3cret"})
    running.json("deploy", folder=script(folder, "caller", CALLER, 'services = ["vault"]\n'))
    got: dict[str, str] = running.get("/caller/rows").json()
    return got


def test_the_script_speaks_plain_http_and_the_egress_tls(trusting: tuple[Running, Authority], tmp_path: Path) -> None:
    running, known = trusting
    with serving(tls=speaking(known)) as films:
        assert ask(running, tmp_path, films)["path"] == "/rows"
        assert films.heads[-1]["authorization"] == "Bearer s3cret"


def test_a_stranger_with_the_right_name_is_not_spoken_to(trusting: tuple[Running, Authority], tmp_path: Path) -> None:
    running, _ = trusting
    with serving(tls=speaking(authority(tmp_path, "unknown"))) as films:
        said = ask(running, tmp_path, films)
        assert said == {"failed": "ApiOverloaded", "reason": "status 503"}
        assert films.heads == []


def test_a_file_without_authorities_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(Invalid, match="holds no certificate in PEM"):
        tls.check(Tls(authorities=str(tmp_path / "none.pem")))
