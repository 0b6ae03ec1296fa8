"""For an application's own tests: `from stagedoor import testing`."""

from stagedoor.runtime.testing import FakeServices, TestAnswer, get, request

__all__ = ["FakeServices", "TestAnswer", "get", "request"]
