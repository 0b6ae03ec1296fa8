"""Contexts: several platforms on one laptop, and no token that is sent to the wrong one or lost."""

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stagedoor.cli import contexts, entry, session
from stagedoor.http.client import normalize
from stagedoor.model.errors import Conflict, Invalid, Missing, Unauthenticated, Unavailable

PROD, STAGING = "https://stagedoor.example", "https://staging.stagedoor.example:7443"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("STAGEDOOR_URL", "STAGEDOOR_TOKEN", "STAGEDOOR_CONTEXT", "STAGEDOOR_CA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(session, "_chosen", "")
    return tmp_path


def test_up_never_overwrites_the_credentials_of_a_login(tmp_path: Path) -> None:
    contexts.remember_login(PROD, "prod-token", "", "prod")
    context, current = contexts.remember_local("http://127.0.0.1:7070", "local-token", tmp_path / "data")
    assert (context.name, current) == ("local", False)
    assert session.resolve() == contexts.Context("prod", PROD, "prod-token")


def test_the_first_platform_becomes_the_current_one(tmp_path: Path) -> None:
    contexts.remember_local("http://127.0.0.1:7070", "token", tmp_path)
    assert session.resolve().token == "token"


def test_two_platforms_of_one_machine_keep_their_own_contexts(tmp_path: Path) -> None:
    contexts.remember_local("http://127.0.0.1:7070", "one", tmp_path / "one")
    contexts.remember_local("http://127.0.0.1:9090", "two", tmp_path / "two")
    moved, _ = contexts.remember_local("http://127.0.0.1:7171", "one", tmp_path / "one")
    assert moved.name == "local"
    known = contexts.read()
    assert {name: one.url for name, one in known.by_name.items()} == {
        "local": "http://127.0.0.1:7171",
        "local-2": "http://127.0.0.1:9090",
    }
    assert known.current == "local"


def test_a_login_under_another_platforms_name_is_refused() -> None:
    contexts.remember_login(PROD, "prod-token", "", "prod")
    with pytest.raises(Conflict, match="of another platform"):
        contexts.remember_login(STAGING, "other", "", "prod")
    assert contexts.read().get("prod").token == "prod-token"


def test_a_login_is_named_by_its_host_and_renewed_with_a_newer_token() -> None:
    contexts.remember_login(STAGING, "old", "", "")
    contexts.remember_login(STAGING, "new", "", "")
    known = contexts.read()
    assert list(known.by_name) == ["staging.stagedoor.example-7443"]
    assert known.get(known.current).token == "new"


@pytest.mark.parametrize("name", ["../x", "", " a", "a b", "-x", "a/b", "x" * 64, "a\n", ".a"])
def test_names_that_are_no_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        contexts.check_name(name)


def test_the_environment_is_asked_in_the_order_that_the_docs_give(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.remember_login(STAGING, "staging-token", "", "staging")
    contexts.remember_login(PROD, "prod-token", "", "prod")
    assert session.resolve().name == "prod"
    monkeypatch.setenv("STAGEDOOR_CONTEXT", "staging")
    assert session.resolve().name == "staging"
    monkeypatch.setenv("STAGEDOOR_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("STAGEDOOR_TOKEN", "from-environment")
    assert session.resolve() == contexts.Context("", "http://127.0.0.1:1", "from-environment")
    session.choose("prod")
    assert session.resolve().token == "prod-token"


def test_a_token_goes_to_no_address_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.remember_login(PROD, "prod-token", "", "prod")
    monkeypatch.setenv("STAGEDOOR_URL", "http://attacker.example")
    assert session.resolve().token == ""
    with pytest.raises(Unauthenticated):
        session.connect()
    monkeypatch.setenv("STAGEDOOR_URL", PROD)
    assert session.resolve().token == "prod-token"


def test_an_unknown_context_is_named_with_those_there_are() -> None:
    contexts.remember_login(PROD, "prod-token", "", "prod")
    session.choose("prd")
    with pytest.raises(Missing) as raised:
        session.resolve()
    assert "prod" in raised.value.hint


def test_deleting_the_current_context_leaves_none_current() -> None:
    contexts.remember_login(PROD, "token", "", "prod")
    contexts.write(contexts.read().without("prod"))
    assert contexts.read() == contexts.Contexts()
    with pytest.raises(Unauthenticated):
        session.connect()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"current": "x", "contexts": {"x": {"surprise": 1}}}'])
def test_a_file_that_holds_no_contexts_is_not_written_over(content: str) -> None:
    contexts.file().parent.mkdir(parents=True)
    contexts.file().write_text(content)
    with pytest.raises(Invalid):
        contexts.remember_login(PROD, "token", "", "")
    assert contexts.file().read_text() == content


def test_the_file_is_its_owners_alone() -> None:
    contexts.remember_login(PROD, "token", "", "")
    assert contexts.file().stat().st_mode & 0o777 == 0o600
    assert contexts.file().parent.stat().st_mode & 0o777 == 0o700


def test_logins_at_the_same_moment_lose_none(tmp_path: Path) -> None:
    code = "import sys; from stagedoor.cli import contexts; contexts.remember_login(sys.argv[1], 't', '', '')"
    addresses = [f"http://127.0.0.1:{port}" for port in range(7000, 7008)]
    logins = [
        subprocess.Popen([sys.executable, "-c", code, url], env=dict(os.environ) | {"XDG_CONFIG_HOME": str(tmp_path)})
        for url in addresses
    ]
    assert [login.wait(30) for login in logins] == [0] * len(logins)
    assert sorted(one.url for one in contexts.read().by_name.values()) == addresses


def test_the_verb_lists_uses_and_deletes(capsys: pytest.CaptureFixture[str]) -> None:
    contexts.remember_login(STAGING, "staging-token", "", "staging")
    contexts.remember_login(PROD, "prod-token", "", "prod")
    assert entry.run(["context", "use", "staging"]) == 0
    capsys.readouterr()
    assert entry.run(["context", "list", "--json"]) == 0
    said = capsys.readouterr().out
    assert [(one["name"], one["current"]) for one in json.loads(said)] == [("prod", False), ("staging", True)]
    assert "token" not in said
    assert entry.run(["context", "delete", "prod"]) == 0
    assert list(contexts.read().by_name) == ["staging"]
    assert entry.run(["context", "use", "prod"]) == 1
    assert "there is no context 'prod'" in capsys.readouterr().err


def test_a_command_may_name_its_context(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.run(["versions", "films", "--context", "nowhere"]) == 1
    assert "there is no context 'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    ["stagedoor.example", "stagedoor.example:7443", "ftp://stagedoor.example", "http://", "http://h:abc", "http://[::1",
     "http://h:99999", "https://user:password@h", "https://h/path", "https://h?x=1", "javascript:alert(1)", ""],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_a_token_is_sent(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("sd_secret\n"))
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("something was sent"))
    assert entry.run(["login", url]) == 1
    said = capsys.readouterr().err
    assert "address of a control API" in said
    assert "sd_secret" not in said and "password" not in said


@pytest.mark.parametrize(
    ("url", "same"),
    [("https://H.example/", "https://h.example"), ("http://127.0.0.1:7070", "http://127.0.0.1:7070"),
     ("http://[::1]:7070/", "http://[::1]:7070")],
)  # fmt: skip
def test_an_address_has_one_form(url: str, same: str) -> None:
    assert normalize(url) == same


@pytest.mark.parametrize(
    "url", ["http://[::1]:7070", f"https://{'long.' * 40}example", "https://xn--bcher-kva.example"]
)
def test_every_address_has_a_name_of_its_own(url: str) -> None:
    assert contexts.remember_login(url, "token", "", "").name in contexts.read().by_name


def test_a_token_alone_is_for_no_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.remember_login(PROD, "prod-token", "", "prod")
    monkeypatch.setenv("STAGEDOOR_TOKEN", "of-another")
    with pytest.raises(Invalid, match="nothing says which platform"):
        session.resolve()
    monkeypatch.setenv("STAGEDOOR_CONTEXT", "prod")
    assert session.resolve() == contexts.Context("prod", PROD, "of-another")


def test_the_authority_of_a_context_goes_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.remember_login(PROD, "prod-token", "/etc/company.pem", "prod")
    monkeypatch.setenv("STAGEDOOR_URL", f"{PROD}/")
    monkeypatch.setenv("STAGEDOOR_TOKEN", "from-environment")
    assert session.resolve() == contexts.Context("prod", PROD, "from-environment", "/etc/company.pem")


def test_a_platform_that_answers_at_the_address_of_the_current_context_becomes_current(tmp_path: Path) -> None:
    contexts.remember_local("http://127.0.0.1:7070", "stopped", tmp_path / "tried")
    context, current = contexts.remember_local("http://127.0.0.1:7070", "running", tmp_path / "other")
    assert (context.name, current) == ("local-2", True)
    assert session.resolve().token == "running"
    assert contexts.read().get("local").token == "stopped"


def test_an_empty_context_is_not_the_current_one(capsys: pytest.CaptureFixture[str]) -> None:
    contexts.remember_login(PROD, "prod-token", "", "prod")
    assert entry.run(["versions", "films", "--context", ""]) == 1
    assert "cannot be the name of a context" in capsys.readouterr().err


def test_a_lock_that_is_held_for_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "_LOCK_TIMEOUT_S", 0.0)
    with contexts.locked(), pytest.raises(Unavailable, match="holds the lock"), contexts.locked():
        pass


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert entry.run(["status"]) == 1
    assert "set HOME or XDG_CONFIG_HOME" in capsys.readouterr().err
