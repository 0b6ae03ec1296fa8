"""The errors a script meets.

HTTPError              raised by a script: becomes the answer
ApiError               a call to a service that gave no usable answer
  ApiTimeout           its time was over
  ApiOverloaded        the service is full (429, 503), or the platform holds calls back so that it lives
  ApiRefused           the platform's policy does not allow the call: no grant, its rate, switched off
  ApiNotFound          the service says 404
  ApiUpstreamError     anything else: another status of 400 and above, a broken connection
"""


class HTTPError(Exception):
    """Raise it in an endpoint to answer with `status` and a JSON body that says `message`."""

    def __init__(self, status: int, message: str = "", *, code: str = "error") -> None:
        super().__init__(message or f"status {status}")
        self.status = status
        self.message = message or f"status {status}"
        self.code = code


class ApiError(Exception):
    """A call to a service gave no usable answer. `status` is None when none arrived; `name` is as `discovery.rows`."""

    def __init__(
        self,
        service: str,
        method: str,
        path: str,
        reason: str,
        *,
        status: int | None = None,
        request_id: str = "",
        name: str = "",
    ) -> None:
        super().__init__(f"{service}: {method} {path}: {reason}")
        self.service = service
        self.method = method
        self.path = path
        self.reason = reason
        self.status = status
        self.request_id = request_id
        self.name = name or f"{service} {method} {path}"


class ApiTimeout(ApiError):
    """The call's time, or the request's, was over."""


class ApiOverloaded(ApiError):
    """The service answered 429 or 503, or the platform spared it the call."""


class ApiRefused(ApiError):
    """The platform's policy refused the call; `reason` says which."""


class ApiNotFound(ApiError):
    """The service answered 404."""


class ApiUpstreamError(ApiError):
    """The service answered with another error, or the connection broke."""
