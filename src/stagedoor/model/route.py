"""Which requests go to which line: the addresses every application has, and rules of its own."""

import re
from dataclasses import dataclass
from typing import Any

from stagedoor.model.sections import setting


@dataclass(frozen=True, slots=True)
class RouteRule:
    """All that is set must match. A rule does not change the path that the script sees."""

    host: str = setting("", "host name")
    path: str = setting("", "path, and everything below it")
    method: str = setting("", "method, as in GET")
    header: dict[str, Any] = setting({}, "headers and their values", "table")
    device: str = setting("", "device type, as the edge knows it")

    @property
    def weight(self) -> int:
        """More conditions win over fewer; a longer path over a shorter one."""
        conditions = sum(bool(one) for one in (self.host, self.path, self.method, self.device)) + len(self.header)
        return conditions * 1000 + len(self.path)

    def pattern(self, stack: str) -> str:
        """A regular expression over the lines stack, method, host, device, path and header block of a request."""
        part = r"[^\n]*"
        fields = [
            stack,
            re.escape(self.method.upper()) if self.method else part,
            re.escape(self.host.lower()) if self.host else part,
            re.escape(self.device) if self.device else part,
            re.escape(self.path.rstrip("/")) + r"(/[^\n]*)?" if self.path else part,
        ]
        heads = "".join(
            rf"(?=(?s:.*)\n(?i:{re.escape(name)}): {re.escape(str(value))}\r?\n)" for name, value in self.header.items()
        )
        return (f"^{heads}" + r"\n".join(fields) + r"\n").replace(" ", r"\x20").replace(r"\\x20", r"\x20")


def line_key(application: str, major: int) -> str:
    return f"{application}/v{major}"
