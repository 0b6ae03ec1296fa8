"""The way out of a dev sandbox: takes its API calls on a unix socket and sends them through the platform.

The platform's own grants stay in force: what the manifest does not name is refused here as it would be there.
"""

import asyncio
import json
import socket
import ssl
import time
from pathlib import Path

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stagedoor.model import manifest as manifests
from stagedoor.model.grant import grants
from stagedoor.model.manifest import Manifest

# The last one would take the place of the developer's own token.
_HOP = ("connection", "keep-alive", "transfer-encoding", "host", "content-length", "authorization")


_TELL_INTERVAL_S = 60.0  # A platform that started again has forgotten it.


class _Told:
    """What the platform knows of the manifest: told when it changes, and again now and then."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._last: tuple[str, tuple[str, ...]] = ("", ())
        self._at = float("-inf")

    async def tell(self, manifest: Manifest) -> None:
        """Raises TransportError. A refusal shows in the call that follows."""
        content = (manifest.name, manifest.services)
        if content == self._last and time.monotonic() - self._at < _TELL_INTERVAL_S:
            return
        body = {"team": manifest.team, "services": list(manifest.services)}
        answer = await self._client.put(f"/v1/applications/{manifest.name}/development", json=body)
        if answer.status_code < 300:
            self._last, self._at = content, time.monotonic()


class Forwarder:
    def __init__(self, server: uvicorn.Server, task: asyncio.Task[None], client: httpx2.AsyncClient) -> None:
        self._server = server
        self._task = task
        self._client = client

    async def catalogue(self) -> tuple[str, str]:
        """(names, descriptions of services) as the platform has them; nothing while it does not answer."""
        try:
            answer = await self._client.get("/v1/catalogue", timeout=3)
            told = answer.json() if answer.status_code == 200 else {}
        except (httpx2.HTTPError, ValueError):
            told = {}
        return told.get("hosts", "127.0.0.1 localhost\n"), json.dumps(told.get("services", {}))

    def close(self) -> None:
        self._server.should_exit = True
        self._task.cancel()


async def start(sockets: list[socket.socket], folder: Path, url: str, token: str, stack: str, ca: str) -> Forwarder:
    """Listens on `sockets`, for the application in `folder`; calls go to the services of `stack`."""
    trust = ssl.create_default_context(cafile=ca or None)
    client = httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30, verify=trust)

    told = _Told(client)

    async def forward(request: Request) -> Response:
        service = request.headers.get("host", "").split(":")[0]
        manifest = manifests.parse((folder / manifests.FILE).read_text())
        granted = grants(manifest.services)
        if service not in granted:
            text = f"no grant: name {service} under services in {manifests.FILE}"
            fields = {"stagedoor-refused": f"grant {text}"}
            return JSONResponse({"error": {"code": "no_grant", "message": text}}, 403, fields)
        headers = {name: value for name, value in request.headers.items() if name not in _HOP}
        headers |= {"stagedoor-stack": stack, "stagedoor-application": manifest.name}
        path = request.scope["raw_path"].decode("latin-1")
        target = f"/v1/services/{service}/call{path}" + (f"?{request.url.query}" if request.url.query else "")
        try:
            await told.tell(manifest)
            answer = await client.request(request.method, target, content=await request.body(), headers=headers)
        except httpx2.TransportError as error:
            text = f"the platform at {url} does not answer ({error}); start it with `stagedoor up`"
            return JSONResponse({"error": {"code": "unreachable", "message": text}}, 503)
        kept = {name: value for name, value in answer.headers.items() if name not in (*_HOP, "content-encoding")}
        return Response(answer.content, answer.status_code, kept)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    app = Starlette(routes=[Route("/{path:path}", forward, methods=methods)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.get_running_loop().create_task(server._serve(sockets))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    return Forwarder(server, task, client)
