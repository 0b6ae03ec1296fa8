"""Written by `stagedoor api pull` from the catalogue of services. Another pull writes it anew."""
# ruff: noqa
# fmt: off

from typing import Any, Literal, TypedDict, overload

from stagedoor.runtime.call import Call
from stagedoor.runtime.client import ApiBase, Calls, Service

_Some = Any

class MembersProfile(TypedDict):
    id: str
    name: str
    plan: str
    favourites: list[str]

class MembersWatching(TypedDict):
    films: list[MembersStarted]

class MembersStarted(TypedDict):
    id: int
    minute: int

class Members_(Calls):
    def profile(self, *, member: str, timeout: float | None = ..., fallback: _Some = ...) -> Call[MembersProfile]:
        """Who a member is."""
    def watching(self, *, member: str, timeout: float | None = ..., fallback: _Some = ...) -> Call[MembersWatching]:
        """What a member was watching."""

class DiscoveryRows(TypedDict):
    rows: list[DiscoveryRowName]

class DiscoveryRowName(TypedDict):
    id: str
    title: str

class DiscoveryRow(TypedDict):
    title: str
    films: list[DiscoveryCard]

class DiscoveryCard(TypedDict):
    id: int
    title: str
    year: int
    genre: str
    maturity: str
    minutes: int
    image: str

class DiscoveryFilm(TypedDict):
    id: int
    title: str
    year: int
    genre: str
    maturity: str
    minutes: int
    image: str
    director: str

class DiscoveryFound(TypedDict):
    films: list[DiscoveryCard]

class Discovery_(Calls):
    def rows(self, *, member: str | None = ..., timeout: float | None = ..., fallback: _Some = ...) -> Call[DiscoveryRows]:
        """The rows of a member's home screen, in order."""
    def row(self, *, row: str, limit: int | None = ..., timeout: float | None = ..., fallback: _Some = ...) -> Call[DiscoveryRow]:
        """The films of a row, the best first."""
    def film(self, *, film: int, timeout: float | None = ..., fallback: _Some = ...) -> Call[DiscoveryFilm]:
        """One film."""
    def search(self, *, q: str, timeout: float | None = ..., fallback: _Some = ...) -> Call[DiscoveryFound]:
        """Films whose titles hold all words."""
    def poster(self, *, film: int, size: str, timeout: float | None = ..., fallback: _Some = ...) -> Call[Any]:
        """A film's picture, as in 640x360."""

class _Api(ApiBase):
    @property
    def members(self) -> Members_: ...
    @property
    def discovery(self) -> Discovery_: ...
    @overload
    def __getitem__(self, name: Literal["members"]) -> Members_: ...
    @overload
    def __getitem__(self, name: Literal["discovery"]) -> Discovery_: ...


api: _Api
