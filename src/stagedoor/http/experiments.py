"""Experiments: what members are shown by the cell they are in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control.experiments import running
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.experiment import Cell, Experiment
from stagedoor.model.names import check_stack
from stagedoor.model.operation import Operation


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["experiments"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/experiments")
    async def list_experiments(by: Who, application: str = "", stack: str = "") -> list[Experiment]:
        """The newest first, with what the comparison of their cells says."""
        return await platform.store.experiments(application, stack)

    @router.get("/v1/experiments/{name}")
    async def get_experiment(by: Who, name: str) -> Experiment:
        """One experiment."""
        return await running.named(platform, name)

    @router.post("/v1/applications/{application}/experiments", status_code=202)
    async def begin_experiment(by: Who, application: str, wish: bodies.ExperimentWish) -> Operation:
        """Makes its cells ready, then lets members in, all at once. Each stays in a cell until it ends."""
        cells = [Cell(one.name, one.share, one.version) for one in wish.cells]
        major = -1 if wish.line is None else wish.line
        wanted = Experiment(
            0, wish.name, application, major, check_stack(wish.stack), cells, by.name, 0.0, wish.ends_at
        )  # fmt: skip
        return await running.begin(platform, by, wanted)

    @router.post("/v1/experiments/{name}/end")
    async def end_experiment(by: Who, name: str) -> bodies.ExperimentEnd:
        """Its members see what the line runs again. One that has ended says so."""
        one, done = await running.end(platform, by, name)
        said = f"{one.name} has ended; its members see what the line runs"
        return bodies.ExperimentEnd(done, said if done else f"{one.name} had ended already ({one.reason})")

    return router
