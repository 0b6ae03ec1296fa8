"""The one family of errors a user sees: a code for machines, a message for people, what to do next.

    Failure
      Invalid          the input is wrong                         400
      Unauthenticated  no token, or one that is not known         401
      Forbidden        the token's role does not allow it         403
      Missing          there is no such thing                     404
      Conflict         something is in the way                    409
      RolledBack       a rollout did harm, and went back          409
      Aborted          a person ended a rollout                   409
      TooLarge         over a limit                               413
      TooMany          too often                                  429
      Unavailable      a part of the platform cannot do it now    503

Anything else is a fault of ours: "internal", logged and never shown.
"""

from typing import Any


class Failure(Exception):
    """`hint` says what to do; `details` is for machines (the step that failed, who is in the way, figures)."""

    code = "internal"
    status = 500

    def __init__(self, message: str, *, hint: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def describe(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "hint": self.hint, **self.details}


class Invalid(Failure):
    """The input is wrong: the message names the key, the hint what is allowed."""

    code, status = "invalid", 400


class Unauthenticated(Failure):
    """No token, or one that is not known."""

    code, status = "unauthenticated", 401


class Forbidden(Failure):
    """The role of the token does not allow it."""

    code, status = "forbidden", 403


class Missing(Failure):
    """There is no such thing."""

    code, status = "not_found", 404


class Conflict(Failure):
    """Something is in the way: another operation, a number that is taken, traffic."""

    code, status = "conflict", 409


class RolledBack(Failure):
    """A rollout did harm and went back; what ran before runs on."""

    code, status = "rolled_back", 409


class Aborted(Failure):
    """A person ended a rollout; what ran before runs on."""

    code, status = "aborted", 409


class TooLarge(Failure):
    """Over a limit, which is named."""

    code, status = "too_large", 413


class TooMany(Failure):
    """Too often, or too many at once, from one address or one caller; the message names the bound."""

    code, status = "too_many", 429


class Unavailable(Failure):
    """A part of the platform cannot do it now; nothing was changed."""

    code, status = "unavailable", 503
