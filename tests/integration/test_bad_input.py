"""What is wrong is said in words, with where and what to do; and nothing is left half done."""

import gzip
import io
import json
import os
import tarfile
import threading
from pathlib import Path

import pytest

from stagedoor.http.client import Client
from stagedoor.model import errors
from tests.harness.running import Running, fetch_json, platform, wait_until, write_application
from tests.integration.applications import hello, script
from tests.integration.services import register, serving

GOOD = """
from stagedoor import endpoint


@endpoint("GET", "/hello")
async def hello(request):
    return {"word": "up"}
"""

BROKEN = {
    "syntax": ("def broken(:\n", "", "SyntaxError", "its import failed"),
    "importing": ("import nothing_like_this\n", "", "No module named 'nothing_like_this'", "its import failed"),
    "raising": ("value = 1 / 0\n", "", "ZeroDivisionError", "its import failed"),
    "missing": ("", 'entry = "other"\n', "there is no module 'other'", "its entry is missing"),
    "empty": ("x = 1\n", "", "declares no endpoint", "its entry is missing"),
    "warming": (
        GOOD + "from stagedoor import warmup\n@warmup\ndef w():\n    raise ValueError('cold')\n",
        "",
        "ValueError: cold",
        "warm-up",
    ),
    "endless": (
        GOOD + "import asyncio\nfrom stagedoor import warmup\n@warmup\nasync def w():\n    await asyncio.sleep(99)\n",
        "[limits]\nwarmup = '500ms'\n",
        "did not end within 0.5 s",
        "warm-up",
    ),
    "dying": ("import os\nos._exit(7)\n", "", "exit code 7", "it ended before it was ready"),
    "greedy": (
        "x = bytearray(10**9)\n",
        "[resources]\nmemory = '64MB'\n",
        "out of memory",
        "it ended before it was ready",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_script_that_does_not_start_is_not_published(stagedoor: Running, tmp_path: Path, name: str) -> None:
    main, extra, words, step = BROKEN[name]
    result = stagedoor.cli("deploy", folder=script(tmp_path, f"broken-{name}", main, extra), check=False)
    assert result.returncode == 1
    assert words in result.stderr
    assert step in result.stderr
    assert "/stagedoor/runtime/" not in result.stderr
    _nothing_of(stagedoor, f"broken-{name}")


def test_a_failing_test_publishes_nothing(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "untested", GOOD)
    write_application(
        folder,
        GOOD,
        (folder / "stagedoor.toml").read_text(),
        {"tests/test_it.py": "def test_it():\n    assert 1 == 2\n"},
    )
    result = stagedoor.cli("deploy", folder=folder, check=False)
    assert result.returncode == 1
    assert "assert 1 == 2" in result.stderr
    assert "the tests failed: 1 failed" in result.stderr
    _nothing_of(stagedoor, "untested")


def test_tests_run_in_the_sandbox_without_publishing(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "checked", GOOD)
    test = "import os\n\ndef test_it():\n    assert os.getuid() == 10001\n    assert not os.path.exists('/root')\n"
    write_application(folder, GOOD, (folder / "stagedoor.toml").read_text(), {"tests/test_it.py": test})
    assert stagedoor.cli("test", folder=folder).stdout.splitlines()[-1].startswith("1 passed in")
    _nothing_of(stagedoor, "checked")


def test_a_dependency_that_does_not_exist_is_explained_by_uv(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "dependent", GOOD)
    (folder / "requirements.txt").write_text("six==99.99\n")
    result = stagedoor.cli("deploy", folder=folder, check=False)
    assert result.returncode == 1
    assert "six==99.99" in result.stderr
    assert "the dependencies cannot be installed" in result.stderr
    _nothing_of(stagedoor, "dependent")


def test_dependencies_are_installed_once_for_all_who_share_them(stagedoor: Running, tmp_path: Path) -> None:
    main = "import six\n" + GOOD
    for name, said in (("sharing", "installed"), ("shared", "the layer is there")):
        folder = script(tmp_path, name, main)
        (folder / "requirements.txt").write_text("six==1.16.0\n")
        assert said in stagedoor.cli("deploy", folder=folder).stdout


def _nothing_of(stagedoor: Running, name: str) -> None:
    assert name not in {one["name"] for one in stagedoor.json("status")["applications"]}
    assert [one for one in stagedoor.json("instances") if one["application"] == name] == []
    assert not (stagedoor.data / "logs" / name / "x").exists()


# Archives


def archive(entries: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return gzip.compress(plain.getvalue())


ARCHIVES = {
    "traversal": (archive({"../../etc/evil": b"x"}), errors.Invalid, "leads out of the source"),
    "absolute": (archive({"/etc/evil": b"x"}), errors.Invalid, "leads out of the source"),
    "link": (archive({}, {"main.py": "/etc/shadow"}), errors.Invalid, "holds a link"),
    "bomb": (archive({"zeros": bytes(20_000_000)}), errors.TooLarge, "unpacked"),
    "large": (os.urandom(3_000_000), errors.TooLarge, "larger than 2 MB"),
    "garbage": (b"hello", errors.Invalid, "no gzipped tar"),
    "cut": (archive({"main.py": os.urandom(10000)})[:5000], errors.Invalid, "no gzipped tar"),
    "bare": (archive({"main.py": b""}), errors.Invalid, "no stagedoor.toml"),
    "typo": (archive({"stagedoor.toml": b'name = "a"\nteem = "b"\n'}), errors.Invalid, "unknown key 'teem'"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_is_wrong_is_refused_and_leaves_nothing(stagedoor: Running, name: str) -> None:
    content, kind, words = ARCHIVES[name]
    client = Client(stagedoor.addresses["control"], stagedoor.token)
    before = _disk(stagedoor)
    with pytest.raises(kind, match=words):
        client.post("versions", body=content, stack="test")
    assert _disk(stagedoor) == before


def _disk(stagedoor: Running) -> list[str]:
    return sorted(str(path) for folder in ("sources", "uploads") for path in (stagedoor.data / folder).iterdir())


def test_a_huge_source_is_refused_before_it_is_sent(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "huge")
    with (folder / "video.bin").open("wb") as file:
        file.truncate(500_000_000)
    result = stagedoor.cli("deploy", folder=folder, check=False)
    assert result.returncode == 1
    assert "500 MB; the limit is 50 MB" in result.stderr
    assert "video.bin (500 MB)" in result.stderr


# Versions


def test_a_number_that_is_taken_is_refused_with_the_next_free(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "taken", "one", 'version = "1.2.0"\n'))
    result = stagedoor.cli("deploy", folder=hello(tmp_path, "taken", "two", 'version = "1.2.0"\n'), check=False)
    assert "version 1.2.0 exists with other content" in result.stderr
    assert "1.2.1, 1.3.0, 2.0.0" in result.stderr
    result = stagedoor.cli("deploy", folder=hello(tmp_path, "taken", "one", 'version = "1.9.0"\n'), check=False)
    assert "this content is version 1.2.0 already" in result.stderr


def test_two_deploys_at_once_are_told_of_each_other(stagedoor: Running, tmp_path: Path) -> None:
    slow = (
        GOOD + "from stagedoor import warmup\n@warmup\nasync def w():\n    import asyncio\n    await asyncio.sleep(3)\n"
    )
    folder = script(tmp_path, "contended", slow)
    first: list[int] = []
    worker = threading.Thread(target=lambda: first.append(stagedoor.cli("deploy", folder=folder).returncode))
    worker.start()

    def is_running() -> bool:
        operations = fetch_json(stagedoor, "/v1/operations?application=contended")
        return any(one["state"] == "running" for one in operations)

    wait_until(is_running, 30, "the first deploy")
    result = stagedoor.cli("deploy", folder=script(tmp_path / "b", "contended", slow + "# other\n"), check=False)
    worker.join()
    assert first == [0]
    assert result.returncode == 1
    assert "a deploy of contended ^1 in test by operator is running" in result.stderr


def test_a_version_that_is_not_there_names_those_that_are(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "named"))
    result = stagedoor.cli("release", "9.9.9", "--application", "named", check=False)
    assert "named has no version 9.9.9" in result.stderr and "1.0.0" in result.stderr
    result = stagedoor.cli("rollback", "named", check=False)
    assert "there is no former one to go back to" in result.stderr


def test_another_teams_token_changes_nothing(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "owned"))
    client = Client(stagedoor.addresses["control"], stagedoor.token)
    token = client.post("tokens", body={"name": "eve", "role": "developer", "team": "others"})["token"]
    viewer = client.post("tokens", body={"name": "vi", "role": "viewer"})["token"]
    for other in (token, viewer):
        stranger = Client(stagedoor.addresses["control"], other)
        with pytest.raises(errors.Forbidden):
            stranger.post("applications", "owned", "rollbacks", body={"stack": "test"})
        with pytest.raises(errors.Forbidden):
            stranger.delete("applications", "owned", "lines", 1, stack="test")
        assert stranger.get("applications", "owned", "versions")
    with pytest.raises(errors.Unauthenticated):
        Client(stagedoor.addresses["control"], "sd_wrong").get("status")


# Scripts in traffic

ODD = """
import asyncio
import os
import socket
from stagedoor import endpoint, Response


@endpoint("GET", "/hello")
async def hello(request):
    return {"word": "up"}


@endpoint("GET", "/garbage")
async def garbage(request):
    return object()


@endpoint("GET", "/raises")
async def raises(request):
    raise ValueError("secret detail")


@endpoint("GET", "/sleeps")
async def sleeps(request):
    await asyncio.sleep(60)


@endpoint("GET", "/header")
async def header(request):
    return Response("x", headers={"x-bad": "a\\r\\nset-cookie: stolen=1"})


@endpoint("POST", "/dies")
async def dies(request):
    os._exit(5)
"""


def test_a_script_that_misbehaves_gets_a_clear_answer(stagedoor: Running, tmp_path: Path) -> None:
    from tests.harness.running import fetch

    stagedoor.cli("deploy", folder=script(tmp_path, "odd", ODD, "[limits]\nrequest = '500ms'\n"))
    expected = {
        "/garbage": (500, "script_error"),
        "/raises": (500, "script_error"),
        "/sleeps": (504, "script_timeout"),
        "/header": (500, "script_error"),
    }
    for path, (status, code) in expected.items():
        got = stagedoor.get(f"/odd{path}")
        assert (got.status, got.json()["error"]["code"]) == (status, code)
        assert got.json()["error"]["request_id"] == got.headers["stagedoor-request-id"]
        assert b"secret detail" not in got.body and "set-cookie" not in got.headers
    died = fetch(stagedoor.port("test"), "/odd/dies", {}, method="POST", body=b"{}")
    assert (died.status, died.json()["error"]["code"]) == (502, "bad_answer")
    assert died.json()["error"]["request_id"] == died.headers["stagedoor-request-id"]
    log = wait_until(lambda: "exit code 5" in (text := stagedoor.cli("logs", "odd").stdout) and text, 30, "the cause")
    assert "ValueError: secret detail" in log
    assert stagedoor.get("/odd/hello").status == 200


def test_usage_errors_suggest_what_was_meant(stagedoor: Running) -> None:
    result = stagedoor.cli("depoly", check=False)
    assert (result.returncode, "did you mean 'deploy'?" in result.stderr) == (2, True)
    result = stagedoor.cli("deploy", "--stak", "prod", check=False)
    assert (result.returncode, "did you mean --stack?" in result.stderr) == (2, True)
    result = stagedoor.cli("deploy", "--json", "/nowhere", check=False)
    assert json.loads(result.stdout)["error"]["code"] == "invalid"


def test_no_platform_is_said_with_what_to_do(tmp_path: Path) -> None:
    with platform() as running:
        running.stop()
        result = running.cli("status", check=False)
        assert result.returncode == 3
        assert "no platform answers at" in result.stderr and "stagedoor up" in result.stderr


def test_requirements_cannot_read_files_or_build(stagedoor: Running, tmp_path: Path) -> None:
    for line in ("-r /etc/shadow", f"-r {stagedoor.data}/operator-token", "--no-binary six", "p @ file:///tmp"):
        folder = script(tmp_path, "reaching", GOOD)
        (folder / "requirements.txt").write_text(line + "\n")
        result = stagedoor.cli("deploy", folder=folder, check=False)
        assert "is not a name with versions" in result.stderr
        assert "sd_" not in result.stderr and "root:" not in result.stderr


def test_logs_of_nothing_else_can_be_read(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "private"))
    for instance in ("../../log/control", "../other/i00000000", "i0000000g"):
        result = stagedoor.cli("logs", "private", "--instance", instance, check=False)
        assert result.returncode == 1
        assert "names no instance" in result.stderr


def test_a_service_without_an_address_is_refused_and_the_platform_goes_on(stagedoor: Running) -> None:
    client = Client(stagedoor.addresses["control"], stagedoor.token)
    for url in ("http://[::1]:9001", "http://no-such-host.invalid:80", "ftp://127.0.0.1"):
        with pytest.raises(errors.Invalid):
            client.put("services", "bad", body={"urls": [url]})
    assert "bad" not in {one["name"] for one in client.get("services")}


ONCE = """
from stagedoor import api, endpoint, warmup


@warmup
async def ask():
    await api.later.get("/v1/health")


@endpoint("GET", "/hello")
async def hello(request):
    return {"word": "up"}
"""


def test_a_release_that_failed_can_be_tried_again(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "patient", ONCE, 'services = ["later"]\n')
    assert "ApiRefused" in stagedoor.cli("deploy", folder=folder, check=False).stderr
    with serving() as films:
        register(stagedoor, "later", films, described=False)
        stagedoor.cli("deploy", folder=folder)
        assert stagedoor.get("/patient/hello").status == 200
