"""Which requests go to which line: the addresses every application has, and rules of its own."""

import re
from dataclasses import dataclass
from typing import Any

from stagedoor.model.errors import Invalid
from stagedoor.model.sections import setting

_PATH = re.compile(r"/[!-~]*")
_HOST = re.compile(r"[A-Za-z0-9.-]+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_TEXT = re.compile(r"[ -~]+")


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
        pattern = f"^{heads}" + r"\n".join(fields) + r"\n"
        # Neither a space nor a semicolon may stand in a map's key: the file and the socket end it there.
        return re.sub(r"\\?([ ;])", lambda found: rf"\x{ord(found[1]):02x}", pattern)

    def check(self) -> None:
        """Raises Invalid for a rule without a condition, or with a value that no request can have."""
        if self.weight == 0:
            raise Invalid("a rule under routes has no condition", hint="give host, path, method, header or device")
        if not self.host and not self.path and not self.header and not self.device:
            raise Invalid("a rule under routes has a method alone", hint="give host, path, header or device as well")
        if self.path.startswith("/-") or "/.stagedoor" in self.path:
            raise Invalid(f"a rule under routes: path = {self.path!r} is the platform's own", hint="use another path")
        values = [("path", self.path, _PATH), ("host", self.host, _HOST), ("method", self.method, _TOKEN)]
        values += [("device", self.device, _TEXT)]
        values += [(f"header {name!r}", name, _TOKEN) for name in self.header]
        values += [(f"header {name!r}", str(value), _TEXT) for name, value in self.header.items()]
        for key, value, allowed in values:
            if value and not allowed.fullmatch(value):
                raise Invalid(f"a rule under routes: {key} = {value!r} is not allowed", hint="no request can have it")


def line_key(application: str, major: int) -> str:
    return f"{application}/v{major}"
