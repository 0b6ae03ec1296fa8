"""Stubs of services for editors and type checkers, written from their OpenAPI documents.

`stagedoor_api.pyi` beside a script stands before the module of the same name that comes with Stagedoor, which is where
`from stagedoor import api` has its type from: no checker needs to be told of it.
"""

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stagedoor.model import openapi
from stagedoor.model.method import Method, Parameter

_HEAD = '''\
"""Written by `stagedoor api pull` from the catalogue of services. Another pull writes it anew."""
# ruff: noqa
# fmt: off

from typing import Any, Literal, TypedDict, overload

from stagedoor.runtime.call import Call
from stagedoor.runtime.client import ApiBase, Calls, Service

_Some = Any
'''
_RESERVED = frozenset(("self", "body", "timeout", "fallback"))


@dataclass(frozen=True)
class Described:
    """A service with its document, None for one that is called by path."""

    name: str
    document: dict[str, Any] | None

    @cached_property
    def type_names(self) -> frozenset[str]:
        """As the document's schemas are called in Python, before the service's own prefix."""
        assert self.document is not None
        schemas = self.document.get("components", {}).get("schemas", {})
        return frozenset(openapi.schema_name({"$ref": f"#/components/schemas/{name}"}) for name in schemas)


def write(services: list[Described]) -> str:
    """The whole stub."""
    parts = [_HEAD]
    for one in services:
        if one.document is not None:
            parts += [*_types(one), _service(one)]
    parts.append(_api(services))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def class_name(service: str) -> str:
    return "".join(word.capitalize() for word in service.split("-"))


def _types(service: Described) -> Iterator[str]:
    """A TypedDict for each named type that a method leads to."""
    assert service.document is not None
    schemas = service.document.get("components", {})
    schemas = schemas.get("schemas", {}) if isinstance(schemas, dict) else {}
    for name, schema in schemas.items() if isinstance(schemas, dict) else ():
        reference = {"$ref": f"#/components/schemas/{str(name).replace('~', '~0').replace('/', '~1')}"}
        fields = openapi.fields_of(service.document, reference, f"components.schemas.{name}")
        if not fields:
            continue
        required = set(schema.get("required", ())) if isinstance(schema, dict) else set()
        yield _typed_dict(class_name(service.name) + openapi.schema_name(reference), fields, required, service)


def _typed_dict(name: str, fields: Mapping[str, str], required: set[str], service: Described) -> str:
    """Written as a call where a field's name is no name of Python's."""
    prefix = class_name(service.name)
    known = {field: _prefixed(kind, prefix, service) for field, kind in fields.items()}
    plain = all(field.isidentifier() and not keyword.iskeyword(field) for field in known)
    if not plain:
        listed = ", ".join(f"{field!r}: {kind!r}" for field, kind in known.items())
        return f"{name} = TypedDict({name!r}, {{{listed}}}, total=False)"
    always = [f"    {one}: {kind}" for one, kind in known.items() if one in required]
    others = [f"    {one}: {kind}" for one, kind in known.items() if one not in required]
    if not always or not others:
        return "\n".join([f"class {name}(TypedDict{'' if always else ', total=False'}):", *always, *others])
    first = "\n".join([f"class _{name}(TypedDict):", *always])
    return first + "\n\n" + "\n".join([f"class {name}(_{name}, total=False):", *others])


def _prefixed(kind: str, prefix: str, service: Described) -> str:
    """Types of different services have names of their own."""
    names = service.type_names
    return re.sub(r"\b[A-Z]\w*\b", lambda found: prefix + found[0] if found[0] in names else found[0], kind)


def _service(service: Described) -> str:
    assert service.document is not None
    lines = [f"class {class_name(service.name)}_(Calls):"]
    for method in openapi.methods(service.document):
        lines += _method(method, service)
    return "\n".join(lines)


def _method(method: Method, service: Described) -> list[str]:
    prefix = class_name(service.name)
    required = [one for one in method.parameters if one.required]
    optional = [one for one in method.parameters if not one.required]
    given = [_argument(one, prefix, service) for one in required]
    if method.body:
        body = _prefixed(method.body, prefix, service)
        given.append(f"body: {body}" + ("" if method.body_required else " | None = ..."))
    given += [_argument(one, prefix, service) for one in optional]
    given += ["timeout: float | None = ...", "fallback: _Some = ..."]
    answer = _prefixed(method.answer, prefix, service) if method.answer else "Any"
    lines = [f"    def {method.name}(self, *, {', '.join(given)}) -> Call[{answer}]:"]
    text = " ".join(method.summary.replace("\\", "/").replace('"', "'").split())
    return [*lines, f'        """{text or f"{method.verb} {method.path}"}"""']


def _argument(one: Parameter, prefix: str, service: Described) -> str:
    kind = _prefixed(one.type, prefix, service)
    name = argument(one.name)
    return f"{name}: {kind}" if one.required else f"{name}: {kind} | None = ..."


def argument(name: str) -> str:
    """A parameter's name as Python can say it; the runtime takes what is added off again."""
    plain = "".join(char if char.isalnum() or char == "_" else "_" for char in name)
    plain = f"_{plain}" if plain[:1].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) or plain in _RESERVED else plain


def _api(services: list[Described]) -> str:
    lines = ["class _Api(ApiBase):"]
    kinds = {one.name: "Service" if one.document is None else f"{class_name(one.name)}_" for one in services}
    for name, kind in kinds.items():
        if name.isidentifier():
            lines += ["    @property", f"    def {name}(self) -> {kind}: ..."]
    if len(kinds) > 1:
        for name, kind in kinds.items():
            lines += ["    @overload", f'    def __getitem__(self, name: Literal["{name}"]) -> {kind}: ...']
    else:
        lines += [f'    def __getitem__(self, name: Literal["{name}"]) -> {kind}: ...' for name, kind in kinds.items()]
    return "\n".join([*lines, *([] if kinds else ["    ..."])]) + "\n\n\napi: _Api"
