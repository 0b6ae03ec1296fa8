"""When all places are given out, what is only kept warm gives way; what serves does not."""

from pathlib import Path

from tests.harness.running import platform
from tests.integration.applications import hello


def test_warm_versions_give_way_and_serving_ones_do_not(tmp_path: Path) -> None:
    with platform("[pools]\nbackends = 3\ndoors = 3\nslots = 3\n") as running:
        folder = hello(tmp_path, "first", "w0")
        for number in range(1, 6):  # Each leaves its former version warm, which would be five places in the end.
            running.json("deploy", folder=folder)
            text = (folder / "main.py").read_text()
            (folder / "main.py").write_text(text.replace(f'"w{number - 1}"', f'"w{number}"'))
        assert running.get("/first/hello").json()["word"] == "w4"
        assert running.json("rollback", "first")["version"] == "1.0.3"
        assert running.get("/first/hello").json()["word"] == "w3"
        for name in ("second", "third"):
            running.json("deploy", folder=hello(tmp_path, name, name))
        refused = running.cli("deploy", folder=hello(tmp_path, "fourth", "no"), check=False)
        assert refused.returncode == 1 and "no place for another deployment" in refused.stderr
        many = running.cli("deploy", folder=hello(tmp_path, "many", "no", "[scaling]\nmin = 4\n"), check=False)
        assert many.returncode == 1 and "more than this platform has places" in many.stderr
        for name, word in (("first", "w3"), ("second", "second"), ("third", "third")):
            assert running.get(f"/{name}/hello").json()["word"] == word
