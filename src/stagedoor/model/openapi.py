"""A service's OpenAPI document, as its catalogue entry needs it: which methods, which parameters, which types.

Read from anybody, so everything is bounded; a reference to itself ends at its name. Versions 3.0 and 3.1.
"""

import json
import keyword
import re
from typing import Any

from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.model.method import Method, Parameter
from stagedoor.model.names import suggest

MOST_METHODS = 1000
_MOST_DEPTH = 12
_MOST_FIELDS = 300
_VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
_WORD = re.compile(r"[^A-Za-z0-9]+")
_PATH = re.compile(r"/[A-Za-z0-9_.~!$&'()*+,=:@%{}/-]*")
_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_TAKEN = frozenset(("get", "post", "put", "delete", "call", "stream"))  # What a service's attribute means already.
_SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

Table = dict[str, Any]


def check(document: Any) -> Table:
    """The document, when it is one. Raises Invalid."""
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise Invalid(
            "this is no OpenAPI document of version 3",
            hint="its first level has openapi: 3.0.x or 3.1.x, info and paths",
        )
    return document


def methods(document: Table) -> tuple[Method, ...]:
    """Every operation of the document. Raises Invalid, TooLarge."""
    paths = document.get("paths")
    if not isinstance(paths, dict) or not paths:
        raise Invalid("the OpenAPI document has no paths", hint="a service without methods needs no document")
    found: dict[str, Method] = {}
    asked: dict[tuple[str, str], str] = {}
    for path, item in paths.items():
        for verb in _VERBS:
            operation = _table(item, f"paths.{path}").get(verb)
            if operation is None:
                continue
            one = _method(document, str(path), verb, _table(item, ""), _table(operation, f"paths.{path}.{verb}"))
            same = asked.setdefault((one.verb, _PARAMETER.sub("{}", one.path)), one.name)
            if one.name in found or same != one.name:
                raise Invalid(
                    f"the OpenAPI document has two operations {one.name if one.name in found else one.path!r}"
                )
            found[one.name] = one
            if len(found) > MOST_METHODS:
                raise TooLarge(f"the OpenAPI document has more than {MOST_METHODS} operations")
    return tuple(found.values())


def _table(value: Any, where: str) -> Table:
    if not isinstance(value, dict):
        raise Invalid(f"the OpenAPI document is broken at {where or 'its beginning'}: a table is needed there")
    return value


def _method(document: Table, path: str, verb: str, item: Table, operation: Table) -> Method:
    where = f"paths.{path}.{verb}"
    if not _PATH.fullmatch(path) or "%" in path or "//" in path or len(path) > 300:
        raise Invalid(f"the OpenAPI document has a path that egress cannot serve: {path!r}")
    parameters = _parameters(document, [*_list(item, where), *_list(operation, where)], where)
    named = set(_PARAMETER.findall(path))
    listed = {one.name for one in parameters if one.place == "path"}
    if named != listed:
        odd = ", ".join(sorted(named ^ listed))
        raise Invalid(f"the OpenAPI document is broken at {where}: {odd} must be both in the path and its parameters")
    body, body_required = _body(document, operation, where)
    answer = _answer(document, operation, where)
    return Method(
        method_name(str(operation.get("operationId", "")), verb, path), verb.upper(), path, parameters,
        "" if body is None else type_of(document, body, where), body_required,
        type_of(document, answer, where) if answer else "", fields_of(document, answer, where) if answer else {},
        str(operation.get("summary", ""))[:200],
    )  # fmt: skip


def method_name(operation: str, verb: str, path: str) -> str:
    """A name that Python can call: `operationId` in lower case with underscores, else made of verb and path."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", operation) if operation else f"{verb}_{path}"
    name = _WORD.sub("_", words).strip("_").lower()[:60] or verb
    if name[0].isdigit() or keyword.iskeyword(name) or name in _TAKEN:
        name = f"{name}_" if not name[0].isdigit() else f"m_{name}"
    return name


def _list(value: Table, where: str) -> list[Any]:
    found = value.get("parameters", [])
    if not isinstance(found, list):
        raise Invalid(f"the OpenAPI document is broken at {where}.parameters: a list is needed there")
    return found


def _parameters(document: Table, listed: list[Any], where: str) -> tuple[Parameter, ...]:
    found: dict[tuple[str, str], Parameter] = {}
    for value in listed[:100]:
        one = resolve(document, _table(value, f"{where}.parameters"), where)
        name, place = str(one.get("name", "")), str(one.get("in", ""))
        if not name or place not in ("path", "query", "header", "cookie"):
            raise Invalid(f"the OpenAPI document is broken at {where}.parameters: each has a name, and a place in `in`")
        if place == "cookie":
            continue  # Egress holds the credentials; a script has no cookies.
        kind = type_of(document, one.get("schema", {}), where)
        found[name, place] = Parameter(name, place, place == "path" or one.get("required") is True, kind)
    return tuple(found.values())


def _body(document: Table, operation: Table, where: str) -> tuple[Any, bool]:
    if "requestBody" not in operation:
        return None, False
    body = resolve(document, _table(operation["requestBody"], where), where)
    return _json_schema(document, body, where) or {}, body.get("required") is True


def _answer(document: Table, operation: Table, where: str) -> Any:
    """The schema of the first answer that is a success."""
    answers = operation.get("responses", {})
    for status, value in sorted(_table(answers, f"{where}.responses").items(), key=lambda pair: str(pair[0])):
        if str(status).startswith("2"):
            return _json_schema(document, resolve(document, _table(value, where), where), where)
    return None


def _json_schema(document: Table, holder: Table, where: str) -> Any:
    for kind, content in _table(holder.get("content", {}), where).items():
        if "json" in str(kind):
            return _table(content, where).get("schema", {})
    return None


def resolve(document: Table, value: Table, where: str) -> Table:
    """What a reference leads to. Raises Invalid when that is nowhere, outside the document, or itself."""
    for _ in range(20):
        if "$ref" not in value:
            return value
        value = _follow(document, str(value["$ref"]), where)
    raise Invalid(f"the OpenAPI document is broken at {where}: {value.get('$ref')!r} leads to itself")


def _follow(document: Table, reference: str, where: str) -> Table:
    broken = f"the OpenAPI document is broken at {where}: {reference!r}"
    if not reference.startswith("#/"):
        raise Invalid(f"{broken} leads out of it", hint="bundle it into one document")
    target: Any = document
    for part in (one.replace("~1", "/").replace("~0", "~") for one in reference[2:].split("/")):
        if not isinstance(target, dict) or part not in target:
            near = suggest(part, list(target)[:200]) if isinstance(target, dict) else ""
            raise Invalid(f"{broken} is not there", hint=near)
        target = target[part]
    return _table(target, where)


def schema_name(schema: Any) -> str:
    """The name that a reference gives its type, as a class; empty for a schema without one."""
    if isinstance(schema, dict) and "$ref" in schema:
        words = _WORD.split(str(schema["$ref"]).rpartition("/")[2])
        name = "".join(word[:1].upper() + word[1:] for word in words if word)
        return f"T{name}" if name[:1].isdigit() else name
    return ""


def type_of(document: Table, schema: Any, where: str, known: dict[str, str] | None = None, depth: int = 0) -> str:
    """The type of a value as a stub writes it; an object by its name, and by Any what has none.

    `known` are types by reference, each found once: what leads to itself on the way is Any there.
    """
    known = {} if known is None else known
    if not isinstance(schema, dict) or depth > _MOST_DEPTH:
        return "Any"
    reference = str(schema.get("$ref", ""))
    if not reference:
        return _type_of(document, schema, where, known, depth)
    if reference not in known:
        known[reference] = "Any"
        target = resolve(document, schema, where)
        known[reference] = (
            schema_name(schema) if _is_object(target) else _type_of(document, target, where, known, depth)
        )
    return known[reference]


def _type_of(document: Table, target: Table, where: str, known: dict[str, str], depth: int) -> str:
    def of(schema: Any) -> str:
        return type_of(document, schema, where, known, depth + 1)

    many = target.get("anyOf") or target.get("oneOf")
    if isinstance(many, list):
        kinds = dict.fromkeys(of(one) for one in many[:20])
        return "Any" if "Any" in kinds else " | ".join(kinds)
    if isinstance(target.get("allOf"), list) and len(target["allOf"]) == 1:
        return of(target["allOf"][0])
    kind = target.get("type")
    if isinstance(kind, list):
        return " | ".join(dict.fromkeys(of({**target, "type": one}) for one in kind[:10] if isinstance(one, str)))
    if isinstance(target.get("enum"), list) and kind == "string" and len(target["enum"]) <= 20:
        return f"Literal[{', '.join(json.dumps(str(one)) for one in target['enum'])}]"
    if kind == "array":
        return f"list[{of(target.get('items', {}))}]"
    if kind == "object" or "properties" in target:
        return f"dict[str, {of(target.get('additionalProperties', None))}]"
    nullable = " | None" if target.get("nullable") else ""
    return _SIMPLE.get(str(kind), "Any") + nullable


def _is_object(schema: Table) -> bool:
    return isinstance(schema.get("properties"), dict)


def fields_of(document: Table, schema: Any, where: str) -> dict[str, str]:
    """The fields of an object with their types; empty for anything else."""
    target = resolve(document, schema, where) if isinstance(schema, dict) else {}
    if not _is_object(target):
        return {}
    listed = list(target["properties"].items())[:_MOST_FIELDS]
    return {str(name): type_of(document, one, where) for name, one in listed}
