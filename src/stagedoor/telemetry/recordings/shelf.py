"""Where recordings are kept: sealed, one behind the other in files by the hour, with an index of what is in them.

A file goes as a whole, when the time of all that is in it is over or when there is no room: first those with what was
kept for comparison alone.
"""

import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stagedoor.decide.keep import COMPARED, SHADOW
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.recording import FORMAT, Kept, Recording

_HOUR = 3600
_FILE, _INDEX = ".recordings", ".index"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Recording, strict=False).decode
Seal = Callable[[str, bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Place:
    kept: Kept
    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty or 0 does not count."""

    application: str = ""
    version: str = ""
    stack: str = ""
    endpoint: str = ""
    device: str = ""
    reason: str = ""
    since: float = 0.0
    until: float = 0.0
    replayable: bool = False
    limit: int = 100

    def fits(self, one: Kept) -> bool:
        said = ("application", "version", "stack", "endpoint", "device", "reason")
        if any(getattr(self, name) and getattr(self, name) != getattr(one, name) for name in said):
            return False
        return (
            one.at >= self.since and (not self.until or one.at < self.until) and not (self.replayable and one.lacking)
        )


class Shelf:
    """`most` bytes on disk. `seal` and `open` are bound to a recording's id."""

    def __init__(self, folder: Path, most: int, seal: Seal, unseal: Seal) -> None:
        self._folder = folder
        self._most = most
        self._seal, self._unseal = seal, unseal
        self._places: dict[str, _Place] = {}
        self._sizes: dict[str, int] = {}
        self._until: dict[str, float] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._read()

    def _read(self) -> None:
        for path in sorted(self._folder.glob(f"*{_INDEX}")):
            name = path.name.removesuffix(_INDEX)
            for line in path.read_bytes().split(b"\n"):
                try:
                    one = msgspec.json.decode(line, type=_Place)
                except msgspec.MsgspecError:
                    continue  # The last line of a program that was killed.
                self._note(name, one)
        self._places = dict(sorted(self._places.items(), key=lambda pair: pair[1].kept.at))

    def _note(self, name: str, one: _Place) -> None:
        self._places[one.kept.id] = one
        self._sizes[name] = max(self._sizes.get(name, 0), one.offset + one.length)
        self._until[name] = max(self._until.get(name, 0.0), one.kept.until)

    def add(self, several: Iterable[tuple[Kept, Recording]]) -> None:
        """Raises OSError; what was added before it stays."""
        by_file: dict[str, list[tuple[Kept, bytes]]] = {}
        for kept, one in several:
            sealed = self._seal(one.id, zlib.compress(_encode(one), 1))
            by_file.setdefault(_file_of(kept), []).append((kept, sealed))
        for name, those in by_file.items():
            self._append(name, those)

    def _append(self, name: str, those: list[tuple[Kept, bytes]]) -> None:
        with open(self._folder / (name + _FILE), "ab", opener=_private) as stream:
            places = []
            for kept, sealed in those:
                places.append(_Place(kept, name, stream.tell(), len(sealed)))
                stream.write(sealed)
        with open(self._folder / (name + _INDEX), "ab", opener=_private) as stream:
            stream.write(b"".join(msgspec.json.encode(one) + b"\n" for one in places))
        for one in places:
            self._note(name, one)

    def find(self, wanted: Wanted) -> list[Kept]:
        """The newest first."""
        found = []
        for place in reversed(self._places.values()):
            if wanted.fits(place.kept):
                found.append(place.kept)
                if len(found) == wanted.limit:
                    break
        return found

    def kept(self, identifier: str) -> Kept:
        """Raises Missing."""
        return self._place(identifier).kept

    def _place(self, identifier: str) -> _Place:
        place = self._places.get(identifier)
        if place is None:
            raise Missing(
                f"there is no recording of the request {identifier!r}",
                hint="`stagedoor recordings` lists what is kept; flag a device to have all of its requests recorded",
            )
        return place

    def read(self, identifier: str) -> Recording:
        """Raises Missing; Invalid when it is damaged, or of another format."""
        place = self._place(identifier)
        try:
            with open(self._folder / (place.file + _FILE), "rb") as stream:
                stream.seek(place.offset)
                sealed = stream.read(place.length)
            one = _decode(zlib.decompress(self._unseal(identifier, sealed)))
        except FileNotFoundError:
            raise Missing(f"the recording of {identifier!r} was removed") from None
        except (ValueError, zlib.error, msgspec.MsgspecError) as error:
            raise Invalid(
                f"the recording of {identifier!r} is damaged: {error}", hint="it cannot be replayed; choose another one"
            ) from None
        if one.format != FORMAT:
            raise Invalid(f"the recording of {identifier!r} has format {one.format}; this version reads {FORMAT}")
        return one

    def size(self) -> int:
        return sum(self._sizes.values())

    def tidy(self, now: float) -> None:
        """Forgets files whose time is over, and the oldest while there is too much."""
        for name in [name for name, until in self._until.items() if until <= now]:
            self._drop(name)
        for name in self._by_worth():
            if self.size() <= self._most:
                break
            self._drop(name)

    def _by_worth(self) -> list[str]:
        return sorted(self._sizes, key=lambda name: (name.startswith("kept"), name.rpartition("-")[2]))

    def _drop(self, name: str) -> None:
        for ending in (_FILE, _INDEX):
            (self._folder / (name + ending)).unlink(missing_ok=True)
        self._places = {key: place for key, place in self._places.items() if place.file != name}
        self._sizes.pop(name, None)
        self._until.pop(name, None)


def _file_of(one: Kept) -> str:
    """By hour, and apart what is kept for comparison alone, or for a quarter of an hour."""
    kind = one.reason if one.reason == SHADOW else "compared" if one.reason in COMPARED else "kept"
    return f"{kind}-{int(one.at) // _HOUR * _HOUR}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)
