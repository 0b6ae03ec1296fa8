"""The loop of alerts on virtual time: a real store, minutes made up, and somebody who is told."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from stagedoor.control import alerts, saved, webhooks
from stagedoor.control.alerting import Watch
from stagedoor.control.operations import Operations
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model import settings
from stagedoor.model.access import Identity
from stagedoor.model.activity import Search
from stagedoor.model.alert import Alert, Silence
from stagedoor.model.application import Application
from stagedoor.model.errors import Forbidden, Invalid, Missing, Unavailable
from stagedoor.model.minute import Minute
from stagedoor.model.release import Release
from stagedoor.model.saved import SavedQuery
from stagedoor.sql.store import SqlStore
from tests.unit.test_alerts import HOUR, MINUTE, START, Endpoint

ADA = Identity("ada", "operator")


class NoEngine:
    async def instances(self) -> list[dict[str, Any]]:
        raise Unavailable("node is away")


@dataclass
class Told:
    """Telemetry, and who listens: `bad_from` on a fifth of the answers are errors, until `bad_until`."""

    clock: Callable[[], float]
    bad_from: float = float("inf")
    bad_until: float = float("inf")
    away: bool = False
    status: int = 204
    posts: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    endpoint: Endpoint = field(default_factory=Endpoint)
    known: dict[int, Minute] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    windows: list[dict[str, Any]] = field(default_factory=list)

    async def minutes(self, since: int, until: int, application: str = "") -> list[Minute] | None:
        if self.away:
            return None
        first = max(since, START - 2 * HOUR) // MINUTE * MINUTE
        return [self._minute(at) for at in range(first, min(until, int(self.clock())), MINUTE)]

    def _minute(self, at: int) -> Minute:
        part = min(1.0, (self.clock() - 2 - at) / MINUTE)
        if part < 1:
            return self.endpoint.minute(at, max(0.0, part), errors=self._share(at))
        return self.known.setdefault(at, self.endpoint.minute(at, errors=self._share(at)))

    def _share(self, at: int) -> float:
        return 0.2 if self.bad_from <= at < self.bad_until else 0.0

    async def ask(self, question: str, **said: str) -> dict[str, Any]:
        if self.away:
            raise Unavailable("telemetry is away")
        self.asked.append(said)
        return {"records": [{"id": f"{question}-{number}"} for number in range(3)], "windows": self.windows}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.posts.append((url, body, dict(headers)))
        if self.status == 0:
            raise OSError("nobody answers")
        return self.status


@dataclass
class World:
    platform: Platform
    told: Told
    watch: Watch
    now: list[float]

    async def pass_by(self, seconds: float) -> list[Alert]:
        """Looks every ten seconds; alerts that turned."""
        turned = []
        for _ in range(int(seconds // 10)):
            self.now[0] += 10
            turned += await self.watch.look()
        await asyncio.gather(*self.platform.telling)
        return turned


def in_world(folder: Path, work: Callable[[World], Awaitable[None]], text: str = "") -> None:
    async def inside() -> None:
        now = [float(START - 30)]
        store = SqlStore(f"sqlite:///{folder}/tables.db", lambda: now[0])
        await store.open()
        told = Told(lambda: now[0])
        nothing: Any = None
        platform = Platform(
            store=store, artefacts=nothing, engine=cast(Any, NoEngine()), vault=nothing, edge=nothing,
            records=cast(Any, told), live=nothing, settings=settings.parse(text), clock=lambda: now[0],
            operations=Operations(store, lambda: now[0]), post=told.post,
        )  # fmt: skip
        await store.save_application(Application("tv-home", "tv", "", 1, 1.0), Change("ada", "create", "tv-home", "it"))
        release = Release("tv-home", 1, "prod", 3, "1.0.0", {}, [], "ada", START - 90.0, "release")
        await store.point(release, Change("ada", "release", "tv-home", "^1 in prod"))
        try:
            await work(World(platform, told, Watch(platform), now))
        finally:
            await store.close()

    asyncio.run(inside())


HOOK = '[alerts]\nwebhook = "http://pager.example/"\n'


def test_a_fault_is_found_told_with_its_evidence_and_resolved(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")

    async def work(world: World) -> None:
        world.told.bad_from, world.told.bad_until = START + 600, START + 720
        assert await world.pass_by(600) == []
        fired = {one.rule: one for one in await world.pass_by(120)}
        alert = fired["errors"]
        assert alert.state == "firing" and 0 <= alert.began - (START + 600) <= 60
        assert (alert.application, alert.stack, alert.endpoint, alert.version) == (
            "tv-home",
            "prod",
            "GET /rows",
            "1.0.0",
        )
        assert alert.evidence["requests"] == ["history-0", "history-1", "history-2"]
        assert world.told.asked[-1]["query"] == (
            'application == "tv-home" && stack == "prod" && endpoint == "GET /rows" && (status >= 500 || status < 0)'
        )
        assert [one["release"] for one in alert.evidence["releases"]] == [3]
        assert [one["action"] for one in alert.evidence["activities"]] == ["release", "create"]
        assert alert.evidence["figures"]["error_share"] > 0.02
        resolved = {one.rule: one for one in await world.pass_by(1200)}["errors"]
        assert (resolved.id, resolved.state, resolved.evidence) == (alert.id, "resolved", alert.evidence)
        _, body, headers = world.told.posts[0]
        assert headers[webhooks.SIGNATURE] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
        states = [json.loads(body)["alert"]["state"] for _, body, _ in world.told.posts if b'"errors"' in body]
        assert states == ["firing", "resolved"]

    in_world(tmp_path, work, f'{HOOK}secret = "{tmp_path}/secret"\n')


def test_while_telemetry_is_away_nothing_fires_and_what_fires_goes_on(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.told.bad_from = START + 60
        world.told.away = True
        assert await world.pass_by(300) == []
        world.told.away = False
        assert "errors" in {one.rule for one in await world.pass_by(60)}
        world.told.away = True
        assert await world.pass_by(900) == []

    in_world(tmp_path, work)


def test_a_restarted_loop_takes_up_what_fires(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.told.bad_from, world.told.bad_until = START + 60, START + 180
        fired = {one.rule: one.id for one in await world.pass_by(180)}
        world.watch = Watch(world.platform)
        ended = {one.rule: one for one in await world.pass_by(1200)}
        assert ended["errors"].id == fired["errors"] and ended["errors"].state == "resolved"

    in_world(tmp_path, work)


def test_a_silence_tells_nobody_and_the_alert_is_listed_all_the_same(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        wanted = Silence(0, "", "tv-home", "", "", 0.0, "", "moving house")
        made = await alerts.silence(world.platform, ADA, wanted, 3600)
        world.told.bad_from = START + 60
        await world.pass_by(180)
        assert world.told.posts == []
        listed = await alerts.listed(world.platform, "tv-home", "firing", 10)
        assert listed and all(one.silenced == "ada: moving house" for one in listed)
        await alerts.end_silence(world.platform, ADA, made.id)
        assert await alerts.silences(world.platform) == []
        noted = await world.platform.store.activities(Search(text="moving house"), 10)
        assert [one.action for one in noted] == ["silence"]

    in_world(tmp_path, work, HOOK)


def test_a_delivery_that_fails_is_tried_again_and_then_an_activity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "_WAITS", (0.0, 0.0, 0.0))

    async def work(world: World) -> None:
        alert = Alert(0, "errors", "tv-home", "prod", "GET /", "1.0.0", "firing", 1.0, 0.0, 1, "bad")
        for status, tries, said in ((0, 3, "nobody answers"), (503, 3, "answered 503"), (404, 1, "answered 404")):
            world.told.status, world.told.posts = status, []
            webhooks.tell(world.platform, alert, [])
            await asyncio.gather(*world.platform.telling)
            noted = await world.platform.store.activities(Search(action="webhook failed"), 1)
            assert len(world.told.posts) == tries and said in noted[0].after["reason"]

    in_world(tmp_path, work, HOOK)


def test_a_team_silences_its_own_and_an_operator_everything(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        stranger = Identity("eve", "developer", "others")
        for application, refused in (("tv-home", Forbidden), ("", Forbidden)):
            with pytest.raises(refused):
                await alerts.silence(
                    world.platform, stranger, Silence(0, "", application, "", "", 0.0, "", "because"), 60
                )
        with pytest.raises(Invalid, match="no rule"):
            await alerts.silence(world.platform, ADA, Silence(0, "eror", "", "", "", 0.0, "", "because"), 60)

    in_world(tmp_path, work)


def test_the_backtest_tells_when_rules_would_have_fired(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.told.bad_from, world.told.bad_until = START + 600, START + 720
        world.now[0] = START + HOUR
        found = await alerts.test(world.platform, "", 1)
        assert found.by_rule["errors"] == 1 and found.endpoints == 1 and found.left_out == 0
        assert 0 <= next(one for one in found.firings if one.rule == "errors").began - (START + 600) <= 62
        world.told.away = True
        with pytest.raises(Unavailable):
            await alerts.test(world.platform, "", 1)

    in_world(tmp_path, work)


def counted(at: float, *figures: float) -> dict[str, Any]:
    """A window of a minute in which there were these counts, by endpoint."""
    rows = [{"by": [f"GET /{number}"], "figures": [figure]} for number, figure in enumerate(figures)]
    return {"at": at, "every": 60.0, "rows": rows, "folded": 0}


def test_a_saved_query_fires_once_a_window_passes_its_bound(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        wanted = SavedQuery("fallbacks", "request", "count() by endpoint every 1m", "tv-home", "> 20")
        await saved.save(world.platform, ADA, wanted)
        world.told.windows = [counted(START + 60 * number, 3, 30 if number == 5 else 4) for number in range(60)]
        assert await world.pass_by(360) == []
        (fired,) = await world.pass_by(60)
        assert (fired.rule, fired.application, fired.endpoint) == ("saved", "tv-home", "fallbacks")
        assert fired.reason == "count() of GET /1 was 30 in 60 s, and the bound is > 20"
        assert fired.evidence["requests"] == ["history-0", "history-1", "history-2"]
        assert next(one["action"] for one in fired.evidence["activities"]) == "save query"
        world.told.away = True
        assert await world.pass_by(600) == []
        world.told.away = False
        (resolved,) = await world.pass_by(600)
        assert (resolved.id, resolved.state) == (fired.id, "resolved")
        await saved.remove(world.platform, ADA, "fallbacks")
        assert await saved.listed(world.platform) == []

    in_world(tmp_path, work)


def test_a_saved_query_says_how_often_it_would_have_fired(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await saved.save(world.platform, ADA, SavedQuery("seen", "request", "count() every 10m", "", "< 5"))
        world.now[0] = START + HOUR
        first = (START - HOUR) // 600 * 600
        world.told.windows = [
            counted(first + 600 * number, 9) | {"every": 600.0} for number in range(12) if number not in (4, 5)
        ]
        looked, alarms = await saved.test(world.platform, "seen", 1)
        # Nothing was stored before the first; in the fifth and the sixth nothing came.
        assert looked == 12 and [(one.began, one.ended) for one in alarms] == [(first + 3002, first + 4202)]
        with pytest.raises(Invalid, match="no bound"):
            await saved.save(world.platform, ADA, SavedQuery("plain", "request", "count() every 1m"))
            await saved.test(world.platform, "plain", 1)

    in_world(tmp_path, work)


def test_who_may_change_a_saved_query(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        tv, others = Identity("tess", "developer", "tv"), Identity("eve", "developer", "others")
        mine = SavedQuery("mine", "request", "count() every 1m", "tv-home")
        await saved.save(world.platform, tv, mine)
        for refused, wrong in ((mine, "application"), (SavedQuery("mine", "request", "count() every 1m"), "name")):
            with pytest.raises(Forbidden) as error:
                await saved.save(world.platform, others, refused)
            assert error.value.details == {"field": wrong} and error.value.hint
        with pytest.raises(Missing) as missing:
            await saved.save(world.platform, tv, SavedQuery("mine", "request", "count() every 1m", "nowhere"))
        assert missing.value.details == {"field": "application"}
        with pytest.raises(Forbidden):
            await saved.remove(world.platform, others, "mine")
        with pytest.raises(Forbidden):
            await saved.save(world.platform, Identity("vic", "viewer"), mine)
        await saved.save(world.platform, others, SavedQuery("theirs", "log", "count() by level every 1m"))
        assert [(one.name, one.team) for one in await saved.listed(world.platform)] == [
            ("mine", "tv"),
            ("theirs", "others"),
        ]
        await saved.save(world.platform, ADA, SavedQuery("mine", "call", "count() by service every 1m", "tv-home"))
        # What an operator changes stays with its team; what one adds is an operator's.
        await saved.save(world.platform, ADA, SavedQuery("theirs", "log", "count() by level every 5m"))
        await saved.save(world.platform, others, SavedQuery("theirs", "log", "count() by level every 1m"))
        await saved.save(world.platform, ADA, SavedQuery("ours", "request", "count() every 1m"))
        with pytest.raises(Forbidden):
            await saved.remove(world.platform, others, "ours")

    in_world(tmp_path, work)
