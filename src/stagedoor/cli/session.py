"""Which platform a command speaks to, and as whom: from the environment, else from the file that `login` wrote."""

import json
import os
from pathlib import Path

from stagedoor.http.client import Client
from stagedoor.model.errors import Unauthenticated

DEFAULT_URL = "http://127.0.0.1:7070"


def credentials_file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "stagedoor" / "credentials.json"


def read_credentials() -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads(credentials_file().read_text())
    except (OSError, ValueError):
        known = {}
    url = os.environ.get("STAGEDOOR_URL") or known.get("url", DEFAULT_URL)
    token = os.environ.get("STAGEDOOR_TOKEN") or known.get("token", "")
    return {"url": url, "token": token, "ca": os.environ.get("STAGEDOOR_CA") or known.get("ca", "")}


def save_credentials(url: str, token: str, ca: str = "") -> Path:
    """Readable by its owner alone."""
    file = credentials_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, json.dumps({"url": url, "token": token, "ca": ca}).encode())
    os.close(descriptor)
    return file


def connect() -> Client:
    """Raises Unauthenticated when there is no token."""
    known = read_credentials()
    if not known["token"]:
        raise Unauthenticated("there is no token", hint="run `stagedoor login`, or set STAGEDOOR_TOKEN")
    return Client(known["url"], known["token"], known["ca"])
