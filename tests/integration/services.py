"""A company's service as tests need one: real HTTP on loopback, with a description, that does what its path says."""

import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from stagedoor.http.client import Client
from tests.harness.running import Running

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "films", "version": "1"},
    "paths": {
        "/rows": {
            "get": {
                "operationId": "rows",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {"name": "member", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Rows"}}}}
                },
            }
        },
        "/films/{id}": {
            "get": {
                "operationId": "film",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            }
        },
        "/orders": {"post": {"operationId": "order", "requestBody": {"content": {"application/json": {}}}}},
    },
    "components": {
        "schemas": {
            "Rows": {
                "type": "object",
                "required": ["rows"],
                "properties": {
                    "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
                    "path": {"type": "string"},
                },
            },
            "Row": {
                "type": "object",
                "properties": {"title": {"type": "string"}, "next": {"$ref": "#/components/schemas/Row"}},
            },
        }
    },
}


class Films:
    """What the service was asked, and what it is to do: `pause` before each answer, `status` of it."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.heads: list[dict[str, str]] = []
        self.pause = 0.0
        self.status = 200
        self.port = 0
        self.name = ""


@contextmanager
def serving(films: Films | None = None, *, tls: ssl.SSLContext | None = None) -> Iterator[Films]:
    """The service on a port of its own, in plain or as `tls` says."""
    known = films or Films()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known.asked[self.path] += 1
            known.heads.append({name.lower(): value for name, value in self.headers.items()})
            length = int(self.headers.get("content-length", "0"))
            self.rfile.read(length)
            time.sleep(known.pause)
            content = json.dumps({"rows": [], "path": self.path, "verb": self.command, "by": known.name}).encode()
            try:
                self.send_response(known.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # The caller gave up.

        do_POST = do_DELETE = do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 200

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # A caller that goes away is what some tests are about.

    with Server(("127.0.0.1", known.port), Handler) as server:
        known.port = server.server_address[1]
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()


def register(stagedoor: Running, name: str, *films: Films, described: bool = True, **wish: Any) -> Client:
    """Adds the service to the catalogue; the client of an operator."""
    client = Client(stagedoor.addresses["control"], stagedoor.token)
    body = {"urls": [f"http://127.0.0.1:{one.port}" for one in films], **wish}
    if described:
        body["openapi"] = json.dumps(DOCUMENT)
    client.put("services", name, body=body)
    return client
