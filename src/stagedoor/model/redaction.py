"""What is crossed out before anything is stored: values that are secret by their name, or by what they look like."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stagedoor.model.recording import Called, Outcome, Recording
from stagedoor.untrusted import decode_json

ALWAYS = (
    "access_token", "api_key", "apikey", "auth", "authorization", "code", "credential", "email", "key", "passwd",
    "password", "phone", "pin", "secret", "session", "sig", "signature", "token",
)  # fmt: skip
CROSSED = "***"
# In bodies these names are what scripts work by, far more often than secrets.
_ENDINGS = ("token", "secret", "password", "key_id")
_PLAIN_IN_BODIES = frozenset(("auth", "code", "key", "session", "sig"))
_FIELDS = (
    "authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "x-auth-token", "x-csrf-token",
    "www-authenticate",
)  # fmt: skip
# By what they look like: bearer tokens, JWTs, keys of well-known makers, private keys.
# Each part is bounded, or cannot begin again inside what it has taken: anybody may send what is searched here.
_SHAPES = re.compile(
    rb"(?i:bearer|basic)[ \t]{1,4}[A-Za-z0-9._~+/-]{8,}=*"
    rb"|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*"
    rb"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bsd_[A-Za-z0-9_-]{30,}|\bgh[pousr]_[A-Za-z0-9]{30,}"
    rb"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?"
)
_HINTS = (
    b"bearer", b"basic", b"eyj", b"akia", b"asia", b"sd_", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"private key",
)  # fmt: skip
_MARK = CROSSED.encode()
_LINE = b"\r\n"
_JOINTS = (b"_", b".", b"-")
_MOST_KNOWN = 2000  # Names of fields: anybody may make some up.


class Redaction:
    """By the names that are always secret, and those that manifests mark as personal."""

    def __init__(self) -> None:
        self.learn(())

    def learn(self, personal: Iterable[str]) -> None:
        """Names of parameters that a manifest marks as personal, beside those that always are."""
        self._names = tuple(dict.fromkeys([*ALWAYS, *(name.lower() for name in personal)]))
        listed = _listed(self._names)
        self._query = re.compile(
            rf'([?&;](?:[a-z0-9_.-]{{0,48}}[_.-])?(?:{listed})=)[^&;"\\ ]+'.encode(), re.IGNORECASE
        )
        self._fields = tuple(name.encode() for name in (*_FIELDS, *self._names))
        self._known: dict[bytes, bool] = {}
        inside_names = [name for name in self._names if name not in _PLAIN_IN_BODIES]
        inside = _listed(inside_names)
        ends = "|".join(_ENDINGS)
        key = rf"(?:[a-z0-9_.-]{{0,48}}[_.-])?(?:{inside}|[a-z0-9_.-]{{0,48}}(?:{ends}))"
        name = rf'"{key}"\s{{0,8}}:\s{{0,8}}'
        self._text = re.compile(rf'({name})"(?:[^"\\]|\\.)*"'.encode(), re.IGNORECASE)
        self._number = re.compile(rf"({name})-?[0-9][0-9.eE+-]*".encode(), re.IGNORECASE)
        self._nested = re.compile(rf"{name}[\[{{]".encode(), re.IGNORECASE)
        self._form = re.compile(
            rf"((?:^|[&\n])(?:[a-z0-9_.-]{{0,48}}[_.-])?(?:{inside})=)[^&\s]+".encode(), re.IGNORECASE
        )
        # Looked for in all that is recorded, so in the quickest way there is.
        hints = _shortest((*inside_names, *_ENDINGS))
        self._quoted, self._assigned = ([f"{name}{end}".encode() for name in hints] for end in ('"', "="))

    def clean(self, lines: bytes) -> bytes:
        """Of addresses in the edge's lines."""
        return self._query.sub(rb"\1***", lines) if b"?" in lines and b"=" in lines else lines

    def hides(self, name: str) -> bool:
        """Whether the value of a field or an attribute of that name is crossed out."""
        plain = name.lower()
        return any(plain == one or plain.endswith((f"_{one}", f".{one}", f"-{one}")) for one in self._names)

    # Of recordings

    def head(self, lines: bytes) -> bytes:
        """Of header lines: the line stays, its value goes."""
        known, found = self._known, lines.split(_LINE)
        for number, line in enumerate(found):
            name = line[: line.find(b":")]
            if known[name] if name in known else self._is_secret(name):
                found[number] = b"%b: %b" % (name, _MARK)
            elif b"?" in line:
                found[number] = self.clean(line)
        return _shapes(_LINE.join(found))

    def _is_secret(self, name: bytes) -> bool:
        """Of a field; few names come again and again."""
        plain = name.strip().lower()
        secret = any(
            plain == one or (plain.endswith(one) and plain[-len(one) - 1 : -len(one)] in _JOINTS)
            for one in self._fields
        )
        if len(self._known) < _MOST_KNOWN:
            self._known[name] = secret
        return secret

    def body(self, content: bytes) -> bytes:
        """Of JSON or a form, or what holds them: what is no secret stays as it is, byte for byte."""
        if not content:
            return content
        content = self.clean(content)  # Addresses may stand in it.
        if not self.may_hide(content):
            return _shapes(content)
        if self._nested.search(content):
            content = self._walk(content)
        content = self._number.sub(rb"\g<1>0", self._text.sub(rb'\1"***"', content))
        return _shapes(self._form.sub(rb"\1***", content))

    def may_hide(self, content: bytes) -> bool:
        """Whether a body holds a name whose value is crossed out."""
        plain = content.lower()
        return _holds(plain, self._quoted) or (b"=" in plain and _holds(plain, self._assigned))

    def _walk(self, content: bytes) -> bytes:
        """Whole objects under a secret name: all that is in them goes."""
        try:
            return json.dumps(self._crossed(decode_json(content), under=False)).encode()
        except ValueError:
            return _MARK

    def _hides_in_body(self, plain: str) -> bool:
        return plain not in _PLAIN_IN_BODIES and (self.hides(plain) or plain.endswith(_ENDINGS))

    def _crossed(self, value: Any, *, under: bool) -> Any:
        if isinstance(value, dict):
            return {
                name: self._crossed(one, under=under or self._hides_in_body(name.lower()))
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self._crossed(one, under=under) for one in value]
        if not under or value is None or isinstance(value, bool):
            return value
        return CROSSED if isinstance(value, str) else 0

    def cross_out(self, one: Recording) -> None:
        """In the recording itself."""
        those: tuple[Recording | Called, ...] = (one, *one.calls, *one.birth.calls)
        for each in those:
            each.target = self._target(each.target)
            each.head, each.body = self.head(each.head), self.body(each.body)
            each.answer_head, each.answer = self.head(each.answer_head), self.body(each.answer)

    def _said(self, text: str) -> str:
        return self.body(text.encode()).decode("utf-8", "replace")

    def _target(self, target: bytes) -> bytes:
        return _shapes(self.clean(target))

    def outcome(self, one: Outcome) -> Outcome:
        """Of a replay, so that it is compared with what was crossed out in the same way."""
        return replace(
            one, head=self.head(one.head), body=self.body(one.body),
            calls=tuple(
                replace(call, target=self._target(call.target), body=self.body(call.body), head=self.head(call.head))
                for call in one.calls
            ),
            divergences=tuple(
                replace(each, recorded=self._said(each.recorded), asked=self._said(each.asked))
                for each in one.divergences
            ),
            failed=self._said(one.failed),
        )  # fmt: skip


def _listed(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _shortest(names: Iterable[str]) -> list[str]:
    """Without those that end in another one, which is found where they are."""
    known = set(names)
    return sorted(one for one in known if not any(one != other and one.endswith(other) for other in known))


def _shapes(content: bytes) -> bytes:
    return _SHAPES.sub(_MARK, content) if _holds(content.lower(), _HINTS) else content


def _holds(content: bytes, hints: Iterable[bytes]) -> bool:
    for hint in hints:  # noqa: SIM110 - `any` takes twice as long, for all that is recorded.
        if hint in content:
            return True
    return False
