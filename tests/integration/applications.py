"""Small applications that tests deploy."""

from pathlib import Path

from tests.harness.running import write_application

MANIFEST = 'name = "{name}"\nteam = "{team}"\n'
# A replay may find what is broken in test already; then no rollout begins.
WITHOUT_REPLAY = '[pipeline]\nstages = ["checks", "test", "smoke", "prod"]\n'

HELLO = """
from stagedoor import Request, config, endpoint, log

WORD = "{word}"


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    log.info("said hello", word=WORD)
    return {{"word": WORD, "device": request.device, "member": request.member, "config": dict(config)}}


@endpoint("GET", "/headers")
async def headers(request: Request) -> dict:
    return dict(request.headers)


@endpoint("POST", "/echo")
async def echo(request: Request) -> dict:
    return {{"size": len(request.body)}}
"""


def hello(folder: Path, name: str, word: str = "one", extra: str = "", team: str = "tests") -> Path:
    return write_application(folder / name, HELLO.format(word=word), MANIFEST.format(name=name, team=team) + extra)


def script(folder: Path, name: str, main: str, extra: str = "") -> Path:
    return write_application(folder / name, main, MANIFEST.format(name=name, team="tests") + extra)
