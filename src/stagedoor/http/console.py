"""The console's files: built ahead, compressed once, kept by browsers for as long as their names hold."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

FOLDER = Path(__file__).parents[1] / "console"

# Nothing from elsewhere, nothing inline, and nobody frames us.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SAFETY = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_ABSENT = "<!doctype html><title>Stagedoor</title><p>The console is not built here. Run <code>make console</code>."


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes
    kind: str
    tag: str


@cache
def _read(path: Path, _: float) -> _File:
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in ("application/javascript", "image/svg+xml")
    tag = hashlib.sha256(content).hexdigest()[:16]
    return _File(content, gzip.compress(content, 9) if text else b"", kind, f'"{tag}"')


def build() -> APIRouter:
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/console/")

    @router.get("/console", include_in_schema=False)
    @router.get("/console/{path:path}", include_in_schema=False)
    async def file(request: Request, path: str = "") -> Response:
        """A file of the build; every other path is the application itself, which finds its page by the address."""
        wanted = (FOLDER / path).resolve()
        hashed = path.startswith("assets/")
        if not wanted.is_relative_to(FOLDER) or not wanted.is_file():
            if hashed:
                # Never the page in place of a script: a console left open over an upgrade must notice.
                return Response(status_code=404, headers=SAFETY)
            wanted = FOLDER / "index.html"
        if not wanted.is_file():
            return HTMLResponse(_ABSENT, 503, SAFETY)
        return _answer(request, _read(wanted, wanted.stat().st_mtime), hashed)

    return router


def _answer(request: Request, file: _File, hashed: bool) -> Response:
    keep = "public, max-age=31536000, immutable" if hashed else "no-cache"
    headers = {**SAFETY, "cache-control": keep, "etag": file.tag, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**headers, "content-encoding": "gzip"}, media_type=file.kind)
    return Response(file.content, headers=headers, media_type=file.kind)
