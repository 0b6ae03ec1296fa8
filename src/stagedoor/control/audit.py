"""The audit log as a whole: whether its chain holds, and every activity of a search."""

from collections.abc import AsyncIterator
from dataclasses import replace

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Store
from stagedoor.model.activity import Activity, Chain, Search, Verification

_PAGE = 2000  # Between two of them others get their turn at the database.


async def verify(store: Store, head: str) -> Verification:
    """Reads all of it. `head`: a hash that was noted earlier and must still be part of it; empty: none."""
    chain = Chain(head)
    after: int | None = None
    while True:
        kept = await store.chain_head()
        while not chain.is_broken and (page := await store.chain(after, _PAGE)):
            chain.follow(page)
            after = page[-1].id
        # Others may go on writing: it is at its end when the end stayed where it was.
        if chain.is_broken or await store.chain_head() == kept:
            return chain.verdict(kept)


async def search(platform: Platform, wanted: Search) -> AsyncIterator[Activity]:
    """All that a search finds, the newest first, page by page."""
    below = wanted.below
    while page := await platform.store.activities(replace(wanted, below=below), _PAGE):
        for one in page:
            yield one
        below = page[-1].id
