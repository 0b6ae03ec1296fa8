"""Which request the running code belongs to: what log lines and API calls carry without being told."""

from contextvars import ContextVar

from stagedoor.runtime.request import Request

current: ContextVar[Request | None] = ContextVar("stagedoor_request", default=None)
