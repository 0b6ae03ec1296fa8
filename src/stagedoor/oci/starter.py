"""Starting an instance: a container of the pool takes the door, the code and the slot's name at the edge."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stagedoor.model import instance as states
from stagedoor.model.configuration import owner
from stagedoor.model.deployment import Spec
from stagedoor.model.errors import Unavailable
from stagedoor.model.instance import Instance
from stagedoor.model.template import MAX_ENDPOINTS
from stagedoor.oci import catalogue, cgroups, pool, spawn
from stagedoor.oci.background import Background
from stagedoor.oci.journal import Journal
from stagedoor.oci.logs import Logs
from stagedoor.oci.pool import EGRESS, Blank, NoSlot, Pool
from stagedoor.oci.ports import Slots
from stagedoor.oci.post import Kept, Post, StartFailed
from stagedoor.oci.rings import Rings
from stagedoor.oci.runc import Engine, EngineError

_LONGEST = 86400.0
_ASSIGN_DELAY_S = 0.05


class Starter:
    """Brings one instance to a post."""

    def __init__(
        self,
        engine: Engine,
        warm: Pool,
        slots: Slots,
        logs: Logs,
        rings: Rings,
        journal: Journal,
        open_secret: Callable[[str, str], str],
        background: Background,
    ) -> None:
        self._engine = engine
        self._pool = warm
        self._slots = slots
        self._logs = logs
        self._background = background
        self._rings = rings
        self._journal = journal
        self._open_secret = open_secret

    async def start(self, kept: Kept, post: Post) -> None:
        """Returns once the instance on `post` is ready. Raises StartFailed; what began stands on the post then."""
        spec = kept.spec
        began = time.perf_counter()
        secrets = self._secrets(spec)
        try:
            blank = await self._pool.take(spec, urgent=not kept.answers)
        except NoSlot:
            raise StartFailed(
                "slot", "all slots of this machine are held; raise pools.slots in platform.toml"
            ) from None
        except EngineError as error:
            raise StartFailed("container", str(error)) from None
        taken = time.perf_counter()
        one = self._name(spec, post, blank)
        post.instance = one
        try:
            await self._hold(spec, one)
            report = await self._become(spec, post, one, blank, secrets)
        finally:
            pool.let_go(blank)
        ready = time.perf_counter()
        one.ready_after = ready - began
        inside = {name: _number(report.get(f"{name}_s")) for name in ("import", "warmup")}
        one.phases = {
            "container": taken - began,
            "hand_over": max(0.0, ready - taken - sum(inside.values())),
            **inside,
        }
        one.state = states.READY
        self._journal.keep_instance(one)
        kept.report = {"seconds": one.ready_after, "phases": one.phases, **_bounded(report)}

    async def _hold(self, spec: Spec, one: Instance) -> None:
        try:
            await self._slots.hold(one.slot, holder(spec, one))
        except OSError as error:
            raise StartFailed("slot", str(error)) from None

    def _name(self, spec: Spec, post: Post, blank: Blank) -> Instance:
        return Instance(
            id=blank.running.id, deployment=spec.deployment, application=spec.application, version=spec.version,
            stack=spec.stack, door=post.door, slot=blank.slot, pid=blank.running.pid, pid_started=blank.running.started,
            started_at=time.time(), restarts=post.restarts,
        )  # fmt: skip

    async def _become(
        self, spec: Spec, post: Post, one: Instance, blank: Blank, secrets: dict[str, str]
    ) -> dict[str, Any]:
        boot = {
            **spec.boot,
            "instance": one.id,
            "egress": EGRESS,
            "catalogue": catalogue.SERVICES,
            "secrets": secrets,
            "measure": spec.measure,
            "max_uploads": max(1, spec.concurrency // 2),
        }
        try:
            self._hand_over(spec, post, one, blank, json.dumps(boot).encode())
            # All else is done while the script begins.
            self._journal.keep_instance(one)
            self._background.run(self.assign_output(spec, one))
            async with asyncio.timeout(spec.start_timeout):
                report = await blank.running.channel.line()
        except TimeoutError:
            raise StartFailed("warmup", f"not ready within {spec.start_timeout:g} s") from None
        except OSError as error:
            raise StartFailed("container", f"the container could not become an instance: {error}") from None
        finally:
            blank.running.channel.close()
        if report is None:
            raise StartFailed("start", await self._last_words(spec, one))
        if "failed" in report:
            raise StartFailed(str(report["failed"]), str(report.get("message", ""))[:20_000])
        return report

    def _hand_over(self, spec: Spec, post: Post, one: Instance, blank: Blank, boot: bytes) -> None:
        """Raises OSError."""
        opened = []
        sandbox = spec.sandbox
        try:
            ring = self._rings.open(one.id)
            if ring is not None:
                opened.append(ring)
                # What its recordings take is no memory of the script's.
                sandbox = replace(sandbox, memory=sandbox.memory + self._rings.size)
            pool.become(blank, sandbox, self._engine)
            blank.running.channel.order("boot", boot, [blank.output, post.socket, *opened], sandbox)
        finally:
            for descriptor in opened:
                os.close(descriptor)
            pool.let_go(blank)

    def _secrets(self, spec: Spec) -> dict[str, str]:
        try:
            return {
                name: self._open_secret(owner(spec.application, spec.stack, name), sealed)
                for name, sealed in spec.secrets.items()
            }
        except Unavailable as error:
            raise StartFailed("secrets", str(error)) from None

    async def _last_words(self, spec: Spec, one: Instance) -> str:
        status = await spawn.wait(one.pid)
        await self.read_output(spec, one)
        kills = self._engine.memory_kills(one.id)
        cause = f"out of memory, the limit is {spec.sandbox.memory} bytes" if kills else spawn.say_status(status)
        tail = "\n".join(self._logs.words(spec.application, one.id, 20))
        return f"{tail}\n{cause}".strip()

    async def assign_output(self, spec: Spec, instance: Instance) -> None:
        """Later: nothing on the way to the first byte waits for it, and what is printed waits in the pipe."""
        await asyncio.sleep(_ASSIGN_DELAY_S)
        await self._logs.outputs.assign(instance.id, spec.application, _log_rate(spec), instance.started_at)

    async def read_output(self, spec: Spec, instance: Instance) -> None:
        """Waits until what the instance printed so far is in its log."""
        await self._logs.outputs.assign(instance.id, spec.application, _log_rate(spec), instance.started_at)
        await self._logs.outputs.drain(instance.id)

    def memory_of(self, instance: str) -> int:
        """Proportional memory, in bytes."""
        return cgroups.proportional_memory(cgroups.processes(self._engine.cgroup_of(instance)))


def holder(spec: Spec, one: Instance) -> str:
    """Who is in a slot, as the edge's map and its records say it."""
    return f"{spec.deployment}|{spec.label}|{one.id}|{spec.stack}"


def _log_rate(spec: Spec) -> int:
    return int(spec.boot.get("log_rate", 0))


def _bounded(report: dict[str, Any]) -> dict[str, Any]:
    """What an instance says of itself comes from inside a container: so much of it is taken and no more."""
    endpoints, imports, modules = (report.get(name) for name in ("endpoints", "imports", "modules"))
    return {
        "endpoints": [_texts(one) for one in endpoints[: MAX_ENDPOINTS + 1]] if isinstance(endpoints, list) else [],
        "imports": [_import(one) for one in imports[:20]] if isinstance(imports, list) else [],
        "modules": [_text(name) for name in modules[:2000]] if isinstance(modules, list) else [],
    }


def _texts(told: Any) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in list(told.items())[:10]} if isinstance(told, dict) else {}


def _import(told: Any) -> dict[str, Any]:
    found = told if isinstance(told, dict) else {}
    size = found.get("bytes")
    return {
        "package": _text(found.get("package", "")),
        "seconds": _number(found.get("seconds")),
        "bytes": size if isinstance(size, int) and 0 <= size < 1 << 50 else 0,
    }


def _text(value: Any) -> str:
    return str(value)[:300].encode(errors="replace").decode()


def _number(value: Any) -> float:
    """Seconds that a container says: anything may stand there."""
    known = isinstance(value, int | float) and 0 <= value <= _LONGEST
    return float(value) if known else 0.0
