"""What is crossed out before anything is stored: values of parameters whose names say that they are secret."""

import re
from collections.abc import Iterable

ALWAYS = (
    "access_token", "api_key", "apikey", "auth", "authorization", "code", "credential", "email", "key", "passwd",
    "password", "phone", "pin", "secret", "session", "sig", "signature", "token",
)  # fmt: skip
CROSSED = "***"


class Redaction:
    """Of addresses in the edge's lines, as bytes."""

    def __init__(self) -> None:
        self.learn(())

    def learn(self, personal: Iterable[str]) -> None:
        """Names of parameters that a manifest marks as personal, beside those that always are."""
        self._names = tuple(dict.fromkeys([*ALWAYS, *(name.lower() for name in personal)]))
        listed = "|".join(re.escape(name) for name in sorted(self._names, key=len, reverse=True))
        self._query = re.compile(rf'([?&;](?:[a-z0-9_.-]*[_.-])?(?:{listed})=)[^&;"\\ ]+'.encode(), re.IGNORECASE)

    def clean(self, lines: bytes) -> bytes:
        return self._query.sub(rb"\1***", lines) if b"?" in lines else lines

    def hides(self, name: str) -> bool:
        """Whether the value of a field or an attribute of that name is crossed out."""
        plain = name.lower()
        return any(plain == one or plain.endswith((f"_{one}", f".{one}", f"-{one}")) for one in self._names)
