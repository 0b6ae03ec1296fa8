"""What an upload may hold, and what may be asked of uv because of it."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from stagedoor.bundle import pack, unpack
from stagedoor.bundle.requirements import check, of_project
from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.model.service import Service, check_origins, endpoint_of


def test_names_with_versions_are_requirements() -> None:
    text = 'six==1.16.0\nfastapi[all]>=0.1,<2 ; python_version > "3"\n# a comment\nclick  # another\n'
    text += "foo==1 \\\n  --hash=sha256:ab\n"
    assert len(check(text, "requirements.txt").splitlines()) == 4


@pytest.mark.parametrize(
    "line",
    [
        "-r /etc/shadow", "-c other.txt", "--no-binary six", "--index-url http://x", "-e .", "./local", "/abs/path.whl",
        "p @ file:///x", "git+https://x/y", "https://x/y.whl", "six --no-binary six", "--hash=sha256:ab",
        "six; a @ b/c",
    ],
)  # fmt: skip
def test_what_could_read_fetch_or_build_is_refused(line: str) -> None:
    with pytest.raises(Invalid, match="line 1"):
        check(line, "requirements.txt")


def test_a_project_names_its_dependencies_plainly() -> None:
    assert of_project('[project]\ndependencies = ["six>=1"]\n') == "six>=1\n"
    with pytest.raises(Invalid, match="dynamically"):
        of_project('[project]\ndynamic = ["dependencies"]\n')
    with pytest.raises(Invalid, match="is not a name with versions"):
        of_project('[project]\ndependencies = ["p @ file:///x"]\n')


def test_what_is_packed_is_what_git_would_keep(tmp_path: Path) -> None:
    for name in (
        "main.py",
        "tests/test_main.py",
        ".venv/lib.py",
        "__pycache__/x.pyc",
        "notes.tmp",
        "keep/notes.md",
        ".env",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".gitignore").write_text("*.tmp\n")
    listed = {path.as_posix() for path in pack.list_files(tmp_path)}
    assert listed == {".gitignore", "main.py", "tests/test_main.py", "keep/notes.md"}


def test_packing_and_unpacking_keep_content_and_digest(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    (source / "run.sh").write_text("#!/bin/sh\n")
    (source / "run.sh").chmod(0o755)
    (source / "main.py").write_text("x = 1\n")
    packed = pack.pack(source, 1_000_000)
    assert packed == pack.pack(source, 1_000_000)
    (tmp_path / "upload").write_bytes(packed)
    unpack.unpack(tmp_path / "upload", target, 1_000_000)
    assert unpack.digest(source) == unpack.digest(target)


def test_a_link_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "secret").symlink_to("/etc/passwd")
    with pytest.raises(Invalid, match="secret is a link"):
        pack.pack(tmp_path, 1000)


def test_a_bomb_in_a_header_is_counted_too(tmp_path: Path) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("main.py")
        entry.pax_headers = {"comment": "x" * 40_000_000}
        archive.addfile(entry)
    (tmp_path / "upload").write_bytes(gzip.compress(plain.getvalue()))
    (tmp_path / "target").mkdir()
    with pytest.raises(TooLarge):
        unpack.unpack(tmp_path / "upload", tmp_path / "target", 1_000_000)


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "http://", "http://x/path", "http://u@x", "http://[::1]:1", "http://x:99999", "http://a b", "x:80"],
)
def test_an_address_that_egress_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="is no address of a service"):
        check_origins("known", (url,))


def test_a_service_has_a_host_and_a_port() -> None:
    (url,) = check_origins("known", ("http://films.example",))
    assert (url, endpoint_of(url)) == ("http://films.example:80", ("films.example", 80))
    assert Service("known", (url,)).host == "films.example:80"
    assert check_origins("known", ("https://films.example/",)) == ("https://films.example:443",)
    with pytest.raises(Invalid, match="all https, or all http"):
        check_origins("known", ("https://films.example", "http://films.example"))
