"""Configuration and secrets of an application in a stack."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control import configuration
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.configuration import Value
from stagedoor.model.names import check_stack
from stagedoor.model.operation import Operation


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/applications/{application}/values", tags=["configuration"])
    async def list_values(by: Who, application: str, stack: str) -> list[bodies.ValueView]:
        """What was set for the stack, by name; of secrets never the content."""
        known = await configuration.listed(platform, by, application, check_stack(stack))
        return [_view(one, []) for one in known]

    @router.put("/v1/applications/{application}/values/{name}", status_code=202, tags=["configuration"])
    async def set_value(by: Who, application: str, name: str, wish: bodies.ValueWish) -> bodies.ValueView:
        """Sets a value; every line of the stack moves to a new release with it."""
        saved = await configuration.set_value(
            platform, by, application, check_stack(wish.stack), name, wish.value, secret=False
        )
        return _view(*saved)

    @router.delete("/v1/applications/{application}/values/{name}", status_code=202, tags=["configuration"])
    async def remove_value(by: Who, application: str, name: str, stack: str) -> bodies.ValueView:
        """Takes a value away; the manifest's holds again."""
        saved = await configuration.remove_value(platform, by, application, check_stack(stack), name, secret=False)
        return _view(*saved)

    @router.put("/v1/applications/{application}/secrets/{name}", status_code=202, tags=["configuration"])
    async def set_secret(by: Who, application: str, name: str, wish: bodies.SecretWish) -> bodies.ValueView:
        """Sets a secret; it is never shown again. `rotate`: only one that exists already."""
        saved = await configuration.set_value(
            platform, by, application, check_stack(wish.stack), name, wish.value, secret=True, known=wish.rotate
        )
        return _view(*saved)

    @router.delete("/v1/applications/{application}/secrets/{name}", status_code=202, tags=["configuration"])
    async def remove_secret(by: Who, application: str, name: str, stack: str) -> bodies.ValueView:
        """Takes a secret away; earlier releases still hold it."""
        saved = await configuration.remove_value(platform, by, application, check_stack(stack), name, secret=True)
        return _view(*saved)

    @router.post("/v1/keys", tags=["configuration"])
    async def renew_key(by: Who) -> bodies.KeyView:
        """Makes a new key for secrets, and seals all of them with it."""
        return bodies.KeyView(await configuration.renew_key(platform, by))

    return router


def _view(value: Value, operations: list[Operation]) -> bodies.ValueView:
    content = None if value.secret or not value.content else json.loads(value.content)
    return bodies.ValueView(
        value.name, value.stack, value.secret, value.number, content, value.set_by, value.set_at, operations
    )
