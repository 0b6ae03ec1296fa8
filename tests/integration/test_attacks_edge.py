"""What devices and scripts try at the edge and the egress, on a platform that trusts no peer.

Every probe has a control: the same, where it is allowed, succeeds.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.hostile import END_HOARD, EVIL, HOARD, LIMITS, content_of, run_inside, send
from tests.harness.running import Running, fetch, platform, wait_until
from tests.integration.applications import hello, script
from tests.integration.services import Films, register, serving

SETTINGS = """
[edge]
device = "header:x-device"
member = "cookie:member"
client_rate = 100000
client_connections = 100
client_uploads = 4

[pools]
slots = 8
warm = 1
warm_most = 1
"""
TRAILED = "x-trailer: t\r\nstagedoor-member: victim\r\nstagedoor-device: tv\r\nstagedoor-prefix: /evil/e\r\n"


@pytest.fixture(scope="module")
def films() -> Iterator[Films]:
    with serving() as service:
        yield service


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, films: Films) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("attacked")
    with platform(SETTINGS) as running:
        register(running, "films", films)
        running.cli("deploy", folder=script(folder, "evil", EVIL, 'services = ["films.rows"]\n' + LIMITS))
        running.cli("deploy", folder=hello(folder, "good"))
        yield running


def chunked(path: str, body: bytes = b"x", trailers: str = TRAILED, head: str = "") -> bytes:
    start = f"POST {path} HTTP/1.1\r\nhost: x\r\n{head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    return start.encode() + b"%x\r\n%b\r\n0\r\n" % (len(body), body) + trailers.encode() + b"\r\n"


@pytest.mark.parametrize("size", [1, 7000, 60_000])
def test_fields_behind_a_chunked_body_never_become_headers(attacked: Running, size: int) -> None:
    echoed = content_of(send(attacked.port("test"), chunked("/evil/echo", b"x" * size, head="x-header: h\r\n")))
    assert echoed["size"] == size
    assert (echoed["member"], echoed["device"], echoed["prefix"], echoed["path"]) == ("", "", "/evil", "/echo")
    names = [name for name, _ in echoed["fields"]]
    assert "x-header" in names
    assert "x-trailer" not in names


def test_no_spelling_of_a_platform_header_arrives(attacked: Running) -> None:
    spelled = "".join(
        f"{name}: forged\r\n"
        for name in (
            "stagedoor-member", "STAGEDOOR-MEMBER", "stagedoor_member", "Stagedoor_Device", "stagedoor-device",
            "stagedoor-prefix", "stagedoor_request_id", "x_forwarded_for", "x_request_id", "X-Real_IP",
        )
    )  # fmt: skip
    request = f"GET /evil/echo HTTP/1.1\r\nhost: x\r\nx-own: kept\r\n{spelled}connection: close\r\n\r\n"
    echoed = content_of(send(attacked.port("test"), request.encode()))
    assert ["x-own", "kept"] in echoed["fields"]
    assert "forged" not in str(echoed)


def test_a_connection_header_takes_no_header_of_the_platform_away(attacked: Running, films: Films) -> None:
    request = "GET /evil/echo HTTP/1.1\r\nhost: x\r\nconnection: close, stagedoor-request-id, x-own\r\nx-own: k\r\n\r\n"
    echoed = content_of(send(attacked.port("test"), request.encode()))
    names = [name for name, _ in echoed["fields"]]
    assert {"stagedoor-request-id", "x-own"} <= set(names)
    assert "connection" not in names
    films.heads.clear()
    call = "GET /rows HTTP/1.1\r\nhost: films\r\nconnection: stagedoor-application, stagedoor-stack\r\n\r\n"
    assert "200" in run_inside(attacked, "evil", CALL.format(request=call))[0]
    assert films.heads[-1]["stagedoor-application"] == "evil@1.0.0"
    assert "connection" not in films.heads[-1]


CALL = """
with socket.socket(socket.AF_UNIX) as connection:
    connection.settimeout(5)
    connection.connect("/run/stagedoor/egress.sock")
    connection.sendall({request!r}.encode())
    out.append(connection.recv(65536).decode())
"""


def test_no_field_behind_a_chunked_call_reaches_a_service(attacked: Running, films: Films) -> None:
    films.heads.clear()
    head = "GET /rows HTTP/1.1\r\nhost: films\r\nx-own: kept\r\ntransfer-encoding: chunked\r\n\r\n"
    small = head + "1\r\nx\r\n0\r\nstagedoor-application: victim@1.0.0\r\nx-trailer: t\r\n\r\n"
    assert "200" in run_inside(attacked, "evil", CALL.format(request=small))[0]
    assert films.heads[-1]["x-own"] == "kept"
    assert films.heads[-1]["content-length"] == "1"
    assert not {"x-trailer", "transfer-encoding"} & set(films.heads[-1])
    assert films.heads[-1]["stagedoor-application"] == "evil@1.0.0"
    # One that is too long to be looked at whole is refused with what to do.
    long = head + f"{20_000:x}\r\n" + "x" * 20_000 + "\r\n0\r\nx-trailer: t\r\n\r\n"
    assert "411" in run_inside(attacked, "evil", CALL.format(request=long))[0]
    assert len(films.heads) == 1


@pytest.mark.parametrize(
    "cookie",
    [
        "stagedoor_session=REAL", "stagedoor_session=REAL; stagedoor_session=x", 'a="; stagedoor_session=REAL',
        "stagedoor_session =REAL", "a=1; stagedoor_session=REAL;stagedoor_sign_in=REAL;b=2",
        "; stagedoor_session=REAL;", 'b="x;stagedoor_session=REAL"', "stagedoor_session=REAL, c=1",
    ],
)  # fmt: skip
def test_the_session_of_the_console_never_reaches_a_script(attacked: Running, cookie: str) -> None:
    echoed = attacked.get("/evil/echo", headers={"cookie": cookie}).json()
    assert "REAL" not in str(echoed["fields"])
    two = f"GET /evil/echo HTTP/1.1\r\nhost: x\r\ncookie: own=1\r\nCookie: {cookie}\r\nconnection: close\r\n\r\n"
    echoed = content_of(send(attacked.port("test"), two.encode()))
    assert ["cookie", "own=1"] in echoed["fields"]
    assert "REAL" not in str(echoed["fields"])


def test_a_request_with_many_sessions_of_the_console_loses_all_its_cookies(attacked: Running) -> None:
    cookie = "; ".join(["own=1", *(["stagedoor_session=REAL"] * 30)])
    fields = attacked.get("/evil/echo", headers={"cookie": cookie}).json()["fields"]
    assert "cookie" not in [name for name, _ in fields]


def test_cookies_of_the_application_itself_stay(attacked: Running) -> None:
    fields = attacked.get("/evil/echo", headers={"cookie": "a=1; stagedoor_session=REAL; b=2"}).json()["fields"]
    assert [value.replace(" ", "") for name, value in fields if name == "cookie"] == ["a=1;b=2"]


def test_an_unsigned_cookie_is_no_identity_unless_a_trusted_peer_brings_it(
    attacked: Running, stagedoor: Running, tmp_path: Path
) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "trusting-cookies"))
    for running, path, member in ((attacked, "/good/hello", ""), (stagedoor, "/trusting-cookies/hello", "m1")):
        assert running.get(path, headers={"cookie": "member=m1"}).json()["member"] == member
    # What a trusted peer brings has its bounds as well.
    long = stagedoor.get("/trusting-cookies/hello", headers={"cookie": f"member={'m' * 300}"})
    assert (long.status, long.json()["member"]) == (200, "")
    assert stagedoor.get("/trusting-cookies/hello", headers={"cookie": "member=m\x1b[31m"}).status == 400


# Connections


def hold_open(stack: ExitStack, running: Running, count: int, source: str) -> int:
    """Opens idle connections that have answered one request. Returns how many the edge took."""
    taken = 0
    for _ in range(count):
        try:
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", running.port("test")), 5, (source, 0))
            )
            connection.sendall(b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n")
            taken += connection.recv(1024).startswith(b"HTTP/1.1 404")
        except OSError:
            continue
    return taken


def test_one_client_address_holds_only_so_many_connections(attacked: Running) -> None:
    with ExitStack() as stack:
        assert hold_open(stack, attacked, 130, "127.0.0.9") == 100
        assert attacked.get("/good/hello", timeout=5).status == 200
    wait_until(lambda: answers(attacked, "127.0.0.9"), 10, "its turn again")


def answers(running: Running, source: str) -> bool:
    try:
        return b"200 OK" in send(running.port("test"), HELLO, source=source)
    except ConnectionError:
        return False


HELLO = b"GET /good/hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


def test_a_container_that_hoards_connections_keeps_nobody_from_calling(attacked: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "caller", CALLER, 'services = ["films"]\n' + LIMITS)
    attacked.cli("deploy", folder=folder)
    assert run_inside(attacked, "evil", HOARD) == [2600]
    for _ in range(5):
        assert attacked.get("/caller/rows", timeout=5).json() == {"status": 200}
    run_inside(attacked, "evil", END_HOARD)


CALLER = """
from stagedoor import api, endpoint


@endpoint("GET", "/rows")
async def rows(request):
    return {"status": (await api.films.get("/rows")).status}
"""


# Bodies


def trickle(port: int, path: str, length: int, first: bytes, end: threading.Event, seen: list[bytes]) -> None:
    """Announces a body and sends a byte of it now and then, from another address than everybody else."""
    try:
        with socket.create_connection(("127.0.0.1", port), 15, ("127.0.0.8", 0)) as connection:
            head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n"
            connection.sendall(head.encode() + first)
            connection.settimeout(0.5)
            while not end.is_set():
                try:
                    seen.append(connection.recv(1000))
                    return
                except TimeoutError:
                    connection.sendall(b"x")
    except OSError:
        seen.append(b"")


@pytest.mark.parametrize(("length", "first"), [(1000, b"x"), (200_000, b"x" * 20_000)])
def test_slow_bodies_take_no_place_that_others_need(attacked: Running, length: int, first: bytes) -> None:
    end, seen = threading.Event(), []  # type: ignore[var-annotated]
    arguments = (attacked.port("test"), "/good/hello", length, first, end, seen)
    threads = [threading.Thread(target=trickle, args=arguments) for _ in range(45)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)  # They are all under way: nothing tells that from outside.
        for _ in range(10):
            began = time.monotonic()
            assert attacked.get("/good/hello", timeout=5).status == 200
            assert time.monotonic() - began < 2
        # Each is told why: too slow, or one of too many.
        wait_until(lambda: len(seen) == 45, 25, "an end of every slow body")
    finally:
        end.set()
        for thread in threads:
            thread.join()
    statuses = {answer.split(b" ")[1] for answer in seen if answer}
    assert statuses == ({b"408"} if length == 1000 else {b"408", b"429"})


def test_a_body_that_comes_in_time_is_taken_whole(attacked: Running) -> None:
    body = b"x" * 500_000
    response = fetch(attacked.port("test"), "/evil/echo", method="POST", body=body)
    assert response.json()["size"] == len(body)
    with socket.create_connection(("127.0.0.1", attacked.port("test")), 10) as connection:
        connection.sendall(b"POST /evil/echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(b"hello")
        assert b'"size":5' in connection.recv(10_000)


def test_slow_uploads_of_many_addresses_leave_places_to_others(attacked: Running) -> None:
    """They come fast enough to be let go on, and from so many addresses that no bound of one address holds them."""
    end, seen = threading.Event(), []  # type: ignore[var-annotated]
    threads = [
        threading.Thread(target=upload_steadily, args=(attacked.port("test"), f"127.0.0.{60 + n // 4}", end, seen))
        for n in range(48)
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(2)  # Each has a place, or was refused one.
        assert [attacked.get("/good/hello", timeout=5).status for _ in range(10)] == [200] * 10
    finally:
        end.set()
        for thread in threads:
            thread.join()
    assert b"503" in {answer.split(b" ")[1] for answer in seen if answer}


def upload_steadily(port: int, source: str, end: threading.Event, seen: list[bytes]) -> None:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 15, (source, 0)) as connection:
        connection.sendall(b"POST /good/hello HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n" + b"x" * 9000)
        connection.setblocking(False)
        while not end.wait(0.2):
            with contextlib.suppress(BlockingIOError):
                seen.append(connection.recv(1000))
                return
            with contextlib.suppress(BlockingIOError):
                connection.send(b"x" * 2000)


# HTTP/2

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


def test_nobody_speaks_http2_in_the_clear(attacked: Running) -> None:
    assert send(attacked.port("test"), PREFACE).startswith(b"HTTP/1.1 4")
    for connect in (
        "connection = socket.create_connection(('127.0.0.1', 80))",
        "connection = socket.socket(socket.AF_UNIX); connection.connect('/run/stagedoor/egress.sock')",
    ):
        source = (
            f"{connect}; connection.settimeout(5); connection.sendall({PREFACE!r}); out.append(connection.recv(100))"
        )
        assert "HTTP/1.1 4" in run_inside(attacked, "evil", source)[0]


def test_a_script_says_nothing_to_services_that_only_the_platform_may_say(attacked: Running, films: Films) -> None:
    films.heads.clear()
    said = "".join(f"stagedoor-{name}: forged\r\n" for name in ("member", "prefix", "instance", "stack", "anything"))
    call = f"GET /rows HTTP/1.1\r\nhost: films\r\nstagedoor-device: tv\r\nx_forwarded_for: forged\r\n{said}\r\n"
    assert "200" in run_inside(attacked, "evil", CALL.format(request=call))[0]
    assert films.heads[-1]["stagedoor-device"] == "tv"
    assert "forged" not in str(films.heads[-1])


def test_a_request_that_names_scheme_and_host_is_the_same_request(attacked: Running) -> None:
    request = b"GET http://anything/evil/echo?a=1 HTTP/1.1\r\nhost: anything\r\nconnection: close\r\n\r\n"
    assert content_of(send(attacked.port("test"), request))["path"] == "/echo"


# Slots

AMBUSH = """
held = socket.create_connection(("127.0.0.1", 80))
other = socket.socket(socket.AF_UNIX)
other.connect("/run/stagedoor/egress.sock")
pad = b"GET /filler HTTP/1.1\\r\\nhost: films\\r\\nx-pad: " + b"p" * 9000
for connection in (held, other):
    connection.sendall(
        b"GET /rows?slow HTTP/1.1\\r\\nhost: films\\r\\n\\r\\n"
        b"POST /orders HTTP/1.1\\r\\nhost: orders\\r\\ncontent-length: 6\\r\\n\\r\\nAMBUSH" + pad
    )
asyncio.get_running_loop().call_later(0.3, os._exit, 9)
"""


def test_a_connection_of_a_former_holder_never_acts_as_the_next(
    attacked: Running, films: Films, tmp_path: Path
) -> None:
    for idle in ("evil", "caller"):
        attacked.cli("delete", idle, "--line", "1", "--stack", "test", "--confirm", f"{idle}/v1", check=False)
    with serving() as orders:
        register(attacked, "orders", orders)
        rich = script(tmp_path, "rich", ORDERING, 'services = ["orders"]\n[scaling]\nmin = 1\nmax = 8\n')
        attacked.cli("deploy", folder=rich)
        evil = script(tmp_path, "ambusher", EVIL, 'services = ["films.rows"]\n' + LIMITS)
        attacked.cli("deploy", folder=evil)
        assert attacked.get("/rich/order").json() == {"status": 200}  # Who is granted may: the control.
        assert orders.asked == {"/orders": 1}
        (slot,) = _slots_of(attacked, "ambusher")
        films.pause = 8.0
        films.asked.clear()
        began = time.monotonic()
        try:
            run_inside(attacked, "ambusher", AMBUSH)
            # Once it is gone, rich takes every slot but good's: the ambusher's as well.
            attacked.cli("delete", "ambusher", "--line", "1", "--stack", "test", "--confirm", "ambusher/v1")
            attacked.cli("scale", "set", "rich", "6", "--stack", "test")
            wait_until(lambda: slot in _slots_of(attacked, "rich"), 30, "another holder of the slot")
            assert films.asked["/rows?slow"] == 2, "both connections called before their holder ended"
            assert time.monotonic() - began < films.pause, "the slot came round while its former holder's call ran"
            time.sleep(began + films.pause + 1 - time.monotonic())  # Until the ambush would have struck.
        finally:
            films.pause = 0.0
            attacked.cli("scale", "set", "rich", "1", "--stack", "test")
        assert orders.asked == {"/orders": 1}
        assert attacked.get("/rich/order").json() == {"status": 200}
    wait_until(lambda: "call_refused" in {one["action"] for one in attacked.json("activity")}, 40, "the activity")


def _slots_of(running: Running, application: str) -> set[int]:
    return {one["slot"] for one in running.json("instances") if one["application"] == application}


ORDERING = """
from stagedoor import api, endpoint


@endpoint("GET", "/order")
async def order(request):
    return {"status": (await api.orders.post("/orders", json={})).status}
"""
