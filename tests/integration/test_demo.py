"""The demo is real input: thousands of films from npm, four services, four applications, in both stacks."""

import json
import time

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
        time.sleep(0.2)
        request_id = tv.headers["stagedoor-request-id"]
        said = running.cli("requests", "--calls", "--id", request_id, "--json").stdout.splitlines()
        calls = [json.loads(line) for line in said]
        assert len(calls) == 12
        assert {call["service"] for call in calls} == {"members", "discovery", "ratings", "playback"}
        assert {call["version"] for call in calls} == {"1.0.0"}
    assert leftovers(running) == []


def _answers(running: Running) -> bool:
    return running.get("/welcome/plans", "prod").status == 200 and running.get("/tv-home/home", "prod").status == 200
