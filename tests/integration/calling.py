"""An application that calls a service in all the ways that tests ask it for."""

from pathlib import Path

from tests.harness.running import Running, fetch
from tests.integration.applications import script

CALLER = """
import socket
import urllib.request

from stagedoor import ApiError, Request, api, config, endpoint

SERVICE = "{service}"


async def told(call):
    try:
        value = await call
    except ApiError as error:
        return {{"failed": type(error).__name__, "reason": error.reason, "name": error.name}}
    return value if isinstance(value, dict) else value.json()


@endpoint("GET", "/rows")
async def rows(request: Request) -> dict:
    return await told(api[SERVICE].rows(limit=request.query.get("limit", 3), member=request.query.get("member")))


@endpoint("GET", "/film/{{id}}")
async def film(request: Request) -> dict:
    return await told(api[SERVICE].film(id=request.params["id"]))


@endpoint("GET", "/order")
async def order(request: Request) -> dict:
    return await told(api[SERVICE].order(body={{"film": 1}}))


@endpoint("GET", "/get")
async def get(request: Request) -> dict:
    return await told(api[request.query.get("service", SERVICE)].get(request.query["path"]))


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    first, second, again = await api.gather(
        api[SERVICE].rows(limit=1, fallback={{"rows": ["own"]}}), api[SERVICE].film(id="7", fallback=None),
        api[SERVICE].rows(limit=1, fallback={{"rows": ["own"]}}),
    )
    assert first == again
    return {{"first": first, "second": second, "degraded": api.degraded()}}


@endpoint("GET", "/many/{{count}}")
async def many(request: Request) -> dict:
    method = request.query.get("method", "rows")
    calls = [told(getattr(api[SERVICE], method)(**arguments(method, n))) for n in range(int(request.params["count"]))]
    found = await api.gather(*calls)
    return {{"passed": sum("failed" not in one for one in found), "refused": [one for one in found if "failed" in one]}}


def arguments(method: str, number: int) -> dict:
    return {{"id": str(number)}} if method == "film" else {{"limit": number}}


@endpoint("GET", "/plain")
def plain(request: Request) -> dict:
    url = f"http://{{request.query.get('service', SERVICE)}}{{request.query['path']}}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return {{"status": answer.status, "body": answer.read().decode()}}
    except urllib.error.HTTPError as error:
        return {{"status": error.code, "body": error.read().decode()}}


@endpoint("POST", "/raw")
def raw(request: Request) -> dict:
    with socket.socket(socket.AF_UNIX) as way_out:
        way_out.settimeout(3)
        way_out.connect("/run/stagedoor/egress.sock")
        way_out.sendall(request.body)
        content = b""
        try:
            while chunk := way_out.recv(65536):
                content += chunk
        except TimeoutError:
            pass
    return {{"said": content.decode("latin-1")}}
"""


def deploy(stagedoor: Running, folder: Path, name: str, service: str, *, manifest: str = "") -> str:
    """An application that calls `service`; what the deploy said."""
    more = manifest or f'services = ["{service}"]\n'
    return stagedoor.cli("deploy", folder=script(folder, name, CALLER.format(service=service), more)).stdout


def raw(stagedoor: Running, name: str, message: bytes) -> str:
    got = fetch(stagedoor.port("test"), f"/{name}/raw", method="POST", body=message)
    return str(got.json()["said"])
