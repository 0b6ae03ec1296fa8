"""The demo is real input: thousands of films from npm, four services, four applications, in both stacks."""

import json
import os
import signal
import socket

from tests.harness.running import Running, platform, wait_until
from tests.integration.conftest import leftovers


def test_the_demo_answers_a_tv_a_phone_and_a_stranger() -> None:
    with platform(options=("--demo",)) as running:
        wait_until(lambda: _answers(running), 90, "the demo")
        tv = running.get("/tv-home/home", "prod", {"x-device": "tv", "cookie": "member=m7"})
        screen = tv.json()
        assert [len(row["films"]) for row in screen["rows"]] == [20] * 7
        assert screen["hero"]["image"].endswith("/1920x1080")
        assert screen["hero"]["playback"]["licence"]
        assert all(film["image"].endswith("/640x360") for row in screen["rows"] for film in row["films"])
        poster = running.get(f"/tv-home{screen['rows'][0]['films'][0]['image']}", "prod")
        assert poster.headers["content-type"] == "image/svg+xml"
        phone = running.get("/phone-home/home", "prod", {"cookie": "member=m7"})
        assert len(phone.body) < len(tv.body) / 5
        assert len(running.get("/welcome/plans", "test").json()["plans"]) == 3
        request_id = tv.headers["stagedoor-request-id"]

        def told() -> list[str]:
            return running.cli("requests", "--calls", "--id", request_id, "--json").stdout.splitlines()

        said = wait_until(lambda: len(lines := told()) >= 12 and lines, 30, "the calls")
        calls = [json.loads(line) for line in said]
        assert len(calls) == 12
        assert {call["service"] for call in calls} == {"members", "discovery", "ratings", "playback"}
        assert {call["version"] for call in calls} == {"1.0.0"}
    assert leftovers(running) == []


def test_a_second_demo_on_the_machine_takes_ports_of_its_own() -> None:
    held = [wait_until(lambda port=port: _hold(port), 180, f"port {port}") for port in range(7101, 7105)]
    try:
        with platform(options=("--demo",)) as running:
            wait_until(lambda: _answers(running), 90, "the demo")
            services = running.json("service", "list")
            ports = [int(url.rpartition(":")[2]) for service in services for url in service["urls"]]
            assert len(set(ports)) == 4
            assert set(ports).isdisjoint(range(7101, 7105))
            remembered = json.loads((running.data / "demo" / "ports.json").read_text())
            assert sorted(remembered.values()) == sorted(ports)
    finally:
        for listener in held:
            listener.close()


def _hold(port: int) -> socket.socket | None:
    """None while the demo of another worker has the port."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return None


def test_a_demo_that_crash_loops_is_said_by_status_and_by_up() -> None:
    with platform(options=("--demo",)) as running:
        wait_until(lambda: _answers(running), 90, "the demo")
        for _ in range(3):
            pid = running.program("demo")["pid"]
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: running.program("demo")["pid"] != pid, 30, "another demo")
        assert running.program("demo")["crash_loop"].startswith("ended 3 times")
        assert not any(one["crash_loop"] for one in running.json("status")["programs"] if one["name"] != "demo")
        assert "demo crash-loops: ended 3 times within 60 s" in running.cli("status").stdout
        assert running.process is not None and running.process.stderr is not None
        assert running.process.stderr.readline().startswith("demo crash-loops: ended 3 times within 60 s, last by")


def _answers(running: Running) -> bool:
    return running.get("/welcome/plans", "prod").status == 200 and running.get("/tv-home/home", "prod").status == 200
