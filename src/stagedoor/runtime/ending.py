"""What a long answer looks at to know that its instance is about to end."""

import asyncio


class Ending:
    """`if ending.is_set(): break`, or `await ending.wait()`: a stream that ends now ends whole.

    It is set when the instance is to leave: its deployment scales in, is replaced, or stops. From then on an answer
    has `limits.drain` of the manifest.
    """

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None
        self._is_set = False

    def _own(self) -> asyncio.Event:
        if self._event is None:
            self._event = asyncio.Event()
            if self._is_set:
                self._event.set()
        return self._event

    def set(self) -> None:
        """For the runtime, and for tests of a stream."""
        self._is_set = True
        self._own().set()

    def is_set(self) -> bool:
        return self._is_set

    async def wait(self) -> None:
        await self._own().wait()


ending = Ending()
