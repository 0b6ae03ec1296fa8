"""A listener that a script received: what it changed is put right, what it broke is found and goes to nobody else."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagedoor.main.sockets import HeldSockets
from stagedoor.model.settings import Platform
from stagedoor.oci import listeners


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "listener"))
        bound.listen(listeners.BACKLOG)
        bound.setblocking(False)
        yield bound


def connect(path: str, count: int) -> int:
    """How many connections wait at the listener."""
    connections = [socket.socket(socket.AF_UNIX) for _ in range(count)]
    waiting = 0
    for connection in connections:
        connection.setblocking(False)
        waiting += connection.connect_ex(path) == 0
        connection.close()
    return waiting


def test_a_backlog_that_a_script_took_away_comes_back(listener: socket.socket) -> None:
    assert connect(listener.getsockname(), 5) == 5
    listener.listen(0)
    assert connect(listener.getsockname(), 5) == 0
    assert listeners.restore(listener.fileno())
    assert connect(listener.getsockname(), 5) == 5


def test_a_listener_that_was_made_blocking_blocks_no_longer(listener: socket.socket) -> None:
    with socket.socket(fileno=os.dup(listener.fileno())) as shared:
        shared.setblocking(True)
    assert os.get_blocking(listener.fileno())
    assert listeners.restore(listener.fileno())
    assert not os.get_blocking(listener.fileno())


@pytest.mark.parametrize("how", [socket.SHUT_RD, socket.SHUT_RDWR])
def test_a_listener_that_was_shut_down_is_found(listener: socket.socket, how: int) -> None:
    assert listeners.restore(listener.fileno())
    with socket.socket(fileno=os.dup(listener.fileno())) as shared:
        shared.shutdown(how)
    with pytest.raises(ConnectionRefusedError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(listener.getsockname())
    assert not listeners.restore(listener.fileno())


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldSockets]:
    (tmp_path / "doors").mkdir()
    sockets = HeldSockets(Platform(), {}, tmp_path)
    sockets._hold_unix("DOOR_0", tmp_path / "doors" / "0.sock", for_edge=True)
    yield sockets
    sockets.close()


def inode(number: int) -> int:
    return os.fstat(number).st_ino


def test_a_listener_stays_the_same_within_a_deployment_and_is_new_for_the_next(
    held: HeldSockets, tmp_path: Path
) -> None:
    path = tmp_path / "doors" / "0.sock"
    first = inode(held.receive_listener(0, "d1"))
    assert inode(held.receive_listener(0, "d1")) == first
    mode = path.stat().st_mode
    second = held.receive_listener(0, "d2")
    assert inode(second) != first and path.stat().st_mode == mode
    assert os.listdir(path.parent) == ["0.sock"]
    with socket.socket(socket.AF_UNIX) as connection, socket.socket(fileno=os.dup(second)) as shared:
        connection.connect(str(path))
        shared.accept()[0].close()


def test_a_listener_that_is_renewed_is_another_one_for_the_same_deployment(held: HeldSockets) -> None:
    first = inode(held.receive_listener(0, "d1"))
    renewed = inode(held.receive_listener(0, "d1", renew=True))
    assert renewed != first
    assert inode(held.receive_listener(0, "d1")) == renewed
    with pytest.raises(KeyError):
        held.receive_listener(1, "d1")


def test_an_inherited_listener_of_which_nobody_knows_who_has_it_is_never_taken_from_it(held: HeldSockets) -> None:
    """An upgrade from a version that wrote no names: whoever asks first is who serves there."""
    before = inode(held.number("DOOR_0"))
    assert inode(held.receive_listener(0, "d7")) == before
