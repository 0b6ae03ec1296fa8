"""The demo's own page: the home screens of a TV and a phone side by side, each from one round trip to its script."""

from pathlib import Path

from stagedoor import HTTPError, Request, Response, endpoint

_KINDS = {"page.html": "text/html; charset=utf-8", "page.css": "text/css", "page.js": "text/javascript"}
# Read once, when an instance starts: a version is immutable.
_FILES = {name: (Path(__file__).parent / name).read_bytes() for name in _KINDS}
_SAFETY = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


@endpoint("GET", "/")
async def page(request: Request) -> Response:
    """The page. It asks the scripts by itself, as a TV and a phone would."""
    return _file("page.html")


@endpoint("GET", "/{name}")
async def file(request: Request) -> Response:
    """What the page is made of beside itself."""
    if request.params["name"] not in _FILES:
        raise HTTPError(404, "the page has no such file")
    return _file(request.params["name"])


def _file(name: str) -> Response:
    return Response(_FILES[name], headers=_SAFETY, media_type=_KINDS[name])
