"""Which doors the edge lets requests in at, as far as it was told; nothing is said to it twice."""

from collections.abc import Iterable

from stagedoor.oci.ports import Doors
from stagedoor.oci.post import Kept, Post


class Gates:
    """The doors of this machine's posts at the edge."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def open(self, kept: Kept, post: Post) -> None:
        if not post.opened:
            post.opened = await self._doors.open(kept.spec.backend, post.door)

    async def close(self, kept: Kept, post: Post) -> None:
        post.opened = False
        await self._doors.close(kept.spec.backend, post.door)

    async def correct(self, listed: Iterable[Kept]) -> None:
        """Holds the edge to what is true here: after its restart, or when a command was lost."""
        opened = await self._doors.open_doors()
        for kept in listed if opened is not None else []:
            if not kept.ending:
                await self._correct(kept, opened or set())

    async def _correct(self, kept: Kept, opened: set[tuple[str, int]]) -> None:
        """Who is ready or sleeps is let in; others are shut while somebody answers, else they wait for their next."""
        for post in list(kept.posts.values()):
            is_open = post.opened = (kept.spec.backend, post.door) in opened
            takes = post.ready.is_set() or not kept.spec.instances
            if takes and not post.leaving and not is_open:
                await self.open(kept, post)
            elif is_open and (post.leaving or (not takes and kept.answers)):
                await self.close(kept, post)
