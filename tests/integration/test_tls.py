"""Encryption: of the edge, of the control API for other machines, and certificates that change while it runs."""

import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography import x509

from stagedoor.main.serving import HANDSHAKE_TIMEOUT_S
from tests.harness.running import COMMAND, Running, fetch, platform, wait_until
from tests.harness.tools import CURL, need
from tests.integration.applications import hello, script
from tests.integration.certificates import Authority
from tests.integration.test_dev import CALLS, dev, echo


class Secured:
    """A platform with a certificate that the tests replace."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.certificate, self.key = folder / "edge.pem", folder / "edge.key"
        self.settings = (
            f'[ports]\nremote_address = "127.0.0.1"\nremote = 0\n'
            f'[tls]\ncertificate = "{self.certificate}"\nkey = "{self.key}"\n'
        )

    def place(self, certificate: Path, key: Path) -> None:
        os.replace(key, self.key)
        os.replace(certificate, self.certificate)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Secured, Running]]:
    one = Secured(tmp_path_factory.mktemp("tls"))
    one.place(*one.authority.issue()[:2])
    with platform(one.settings) as running:
        running.json("deploy", folder=hello(one.authority.folder, "secured", "safe"))
        yield one, running


def test_a_strict_client_speaks_http2(secured: tuple[Secured, Running], tmp_path: Path) -> None:
    """It refuses a server whose frames are smaller than the standard's least (RFC 9113, 4.2)."""
    one, running = secured
    running.cli("deploy", folder=script(tmp_path, "sized", SIZED))
    body = tmp_path / "body"
    body.write_bytes(b"x" * 200_000)
    address = f"https://127.0.0.1:{running.port('test')}/sized/size"
    for version, option in (("2", "--http2"), ("1.1", "--http1.1")):
        done = subprocess.run(
            [need(CURL), "--silent", "--show-error", "--max-time", "10", option, "--cacert", str(one.authority.file),
             "--data-binary", f"@{body}", "--write-out", " %{http_version}", address],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout == f'{{"size":200000}} {version}', done.stderr


SIZED = """
from stagedoor import endpoint


@endpoint("POST", "/size")
async def size(request):
    return {"size": len(request.body)}
"""


def shown(port: int, trust: ssl.SSLContext) -> int:
    """The serial number of the certificate that a server shows."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"").serial_number


def trusting(one: Secured) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(one.authority.file))


def test_a_certificate_changes_without_a_restart_or_a_lost_request(secured: tuple[Secured, Running]) -> None:
    one, running = secured
    trust = trusting(one)
    url = f"{running.addresses['test']}/secured/hello"
    assert url.startswith("https://")
    pids = {name: running.program(name)["pid"] for name in ("edge", "control")}
    wrong: list[object] = []
    enough = threading.Event()

    def ask() -> None:
        with httpx2.Client(verify=trust) as client:
            while not enough.is_set():
                answer = client.get(url)
                if answer.status_code != 200:
                    wrong.append(answer.status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for bits, names in ((0, 0), (4096, 150)):  # The second is larger than the edge's runtime socket takes.
            certificate, key, serial = one.authority.issue(bits=bits, names=names)
            one.place(certificate, key)
            for port in (running.port("test"), running.port("prod"), running.port("remote")):
                wait_until(lambda port=port, serial=serial: shown(port, trust) == serial, 20, "the new certificate")
    finally:
        enough.set()
        asking.join(20)
    assert wrong == []
    assert {name: running.program(name)["pid"] for name in pids} == pids


def test_a_wrong_certificate_changes_nothing_and_is_said(secured: tuple[Secured, Running]) -> None:
    one, running = secured
    trust = trusting(one)
    before = shown(running.port("test"), trust)
    certificate, key, _ = one.authority.issue()
    one.authority.folder.joinpath("other.key").write_bytes(key.read_bytes())
    certificate, _, _ = one.authority.issue()
    one.place(certificate, one.authority.folder / "other.key")

    def refused() -> object:
        listed = running.json("activity")
        return [a for a in listed if a["action"] == "certificate" and "refused" in (a["after"] or {})]

    found = wait_until(refused, 20, "the refusal")
    assert "does not belong to the certificate" in found[0]["after"]["refused"]
    assert shown(running.port("test"), trust) == before
    certificate, key, serial = one.authority.issue()
    one.place(certificate, key)
    wait_until(lambda: shown(running.port("test"), trust) == serial, 20, "the mended certificate")


def test_the_remote_api_is_for_who_trusts_it_and_speaks_tls(secured: tuple[Secured, Running], tmp_path: Path) -> None:
    one, running = secured
    environment = dict(running.environment) | {"XDG_CONFIG_HOME": str(tmp_path), "NO_COLOR": "1"}
    for name in ("STAGEDOOR_URL", "STAGEDOOR_TOKEN"):
        environment.pop(name)

    def cli(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *arguments], env=environment, input=running.token, capture_output=True, text=True, check=False
        )

    refused = cli("login", running.addresses["remote"])
    assert refused.returncode == 3 and "is not trusted" in refused.stderr and "--ca" in refused.stderr
    assert cli("login", running.addresses["remote"], "--ca", str(one.authority.file)).returncode == 0
    assert "secured" in cli("status").stdout
    plain = running.addresses["remote"].replace("https", "http")
    assert cli("login", plain, "--name", "plain").returncode == 3
    taken = cli("login", plain)
    assert taken.returncode == 1 and "is of another platform" in taken.stderr


def test_who_begins_a_handshake_and_says_nothing_is_closed(secured: tuple[Secured, Running]) -> None:
    _, running = secured
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", running.port("remote")), timeout=30) as connection:
        assert connection.recv(1) == b""
    assert time.monotonic() - began < 2 * HANDSHAKE_TIMEOUT_S


def test_dev_works_against_a_platform_on_another_machine(secured: tuple[Secured, Running], tmp_path: Path) -> None:
    one, running = secured
    folder = script(tmp_path, "afar", CALLS, 'services = ["dev-echo"]\n')
    there = {"STAGEDOOR_URL": running.addresses["remote"], "STAGEDOOR_CA": str(one.authority.file)}
    with echo(running), dev(folder, tmp_path / "data", running, environment=there) as (port, _):
        assert fetch(port, "/call/dev-echo").json() == {"application": "dev:operator", "stack": "test"}


def test_a_platform_does_not_start_without_its_certificate(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="cannot be read"), platform(Secured(tmp_path).settings):
        pass


def test_one_that_ended_is_shown_until_it_is_replaced(tmp_path: Path) -> None:
    """A machine that comes up again with an old certificate is reached by who does not look, and can be mended."""
    one = Secured(tmp_path)
    one.place(*one.authority.issue(-1)[:2])
    with platform(one.settings) as running:
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            shown(running.port("test"), trusting(one))
        assert "has ended" in (running.data / "log" / "control.log").read_text()
        certificate, key, serial = one.authority.issue()
        one.place(certificate, key)
        wait_until(lambda: renewed(running.port("test"), trusting(one)) == serial, 20, "the new certificate")


def renewed(port: int, trust: ssl.SSLContext) -> int:
    try:
        return shown(port, trust)
    except ssl.SSLCertVerificationError:
        return 0


def test_the_api_is_not_served_in_the_clear_beyond_loopback() -> None:
    with (
        pytest.raises(RuntimeError, match="never served in the clear"),
        platform('[ports]\nremote_address = "127.0.0.1"\n'),
    ):
        pass
