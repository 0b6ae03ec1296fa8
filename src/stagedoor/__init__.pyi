from stagedoor.runtime.answer import Answer as Answer
from stagedoor.runtime.call import Call as Call
from stagedoor.runtime.config import config as config
from stagedoor.runtime.config import secrets as secrets
from stagedoor.runtime.ending import ending as ending
from stagedoor.runtime.errors import ApiError as ApiError
from stagedoor.runtime.errors import ApiNotFound as ApiNotFound
from stagedoor.runtime.errors import ApiOverloaded as ApiOverloaded
from stagedoor.runtime.errors import ApiRefused as ApiRefused
from stagedoor.runtime.errors import ApiTimeout as ApiTimeout
from stagedoor.runtime.errors import ApiUpstreamError as ApiUpstreamError
from stagedoor.runtime.errors import HTTPError as HTTPError
from stagedoor.runtime.log import log as log
from stagedoor.runtime.request import Request as Request
from stagedoor.runtime.response import Event as Event
from stagedoor.runtime.response import Response as Response
from stagedoor.runtime.response import Stream as Stream
from stagedoor.runtime.router import endpoint as endpoint
from stagedoor.runtime.router import warmup as warmup
from stagedoor_api import api as api

__all__ = [
    "Answer",
    "ApiError",
    "ApiNotFound",
    "ApiOverloaded",
    "ApiRefused",
    "ApiTimeout",
    "ApiUpstreamError",
    "Call",
    "Event",
    "HTTPError",
    "Request",
    "Response",
    "Stream",
    "api",
    "config",
    "ending",
    "endpoint",
    "log",
    "secrets",
    "warmup",
]
