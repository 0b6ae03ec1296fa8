"""What a service says of itself and what its owner allows: read strictly, refused with the place."""

import json
from typing import Any

import pytest

from stagedoor.control.lookup import check_place
from stagedoor.http import documents
from stagedoor.model import method, openapi, policy
from stagedoor.model.errors import Failure, Forbidden, Invalid, TooLarge
from stagedoor.model.grant import check, grants
from tests.integration.services import DOCUMENT


def document(**paths: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {}, "paths": {f"/{name}": item for name, item in paths.items()}}


def test_methods_come_from_the_description() -> None:
    rows, film, order = openapi.methods(DOCUMENT)
    assert (rows.name, rows.verb, rows.path, rows.answer) == ("rows", "GET", "/rows", "Rows")
    assert [(one.name, one.place, one.required, one.type) for one in rows.parameters] == [
        ("limit", "query", False, "int"), ("member", "query", False, "str"),
    ]  # fmt: skip
    assert rows.answers == {"rows": "list[Row]", "path": "str"}
    assert film.parameters[0].required and film.parameters[0].place == "path"
    assert (order.verb, order.body, order.reads, order.repeatable) == ("POST", "Any", False, False)


@pytest.mark.parametrize(
    ("operation", "verb", "path", "name"),
    [
        ("getRows", "get", "/x", "get_rows"),
        ("", "get", "/films/{id}/rows", "get_films_id_rows"),
        ("class", "get", "/x", "class_"),
        ("get", "get", "/x", "get_"),
        ("2nd", "get", "/x", "m_2nd"),
        ("a.b-c", "get", "/x", "a_b_c"),
    ],
)
def test_a_method_has_a_name_that_python_can_call(operation: str, verb: str, path: str, name: str) -> None:
    assert openapi.method_name(operation, verb, path) == name


BROKEN = {
    "no paths": {"openapi": "3.1.0", "paths": {}},
    "paths.*a table": {"openapi": "3.1.0", "paths": {"/x": []}},
    "in the path and its parameters": document(**{"films/{id}": {"get": {}}}),
    "is not there": document(x={"get": {"parameters": [{"$ref": "#/components/parameters/no"}]}}),
    "leads out of it": document(x={"get": {"parameters": [{"$ref": "other.json#/a"}]}}),
    "two operations": document(x={"get": {"operationId": "a"}}, y={"get": {"operationId": "a"}}),
    "cannot serve": document(**{"a b": {"get": {}}}),
    "a list is needed": document(x={"get": {"parameters": {}}}),
    "leads to itself": {
        **document(x={"get": {"parameters": [{"$ref": "#/components/parameters/a"}]}}),
        "components": {"parameters": {"a": {"$ref": "#/components/parameters/a"}}},
    },
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_document_is_refused_with_the_place(words: str) -> None:
    with pytest.raises(Invalid, match=words):
        openapi.methods(BROKEN[words])


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("{", Invalid, "cannot be read"),
        ("swagger: '2.0'", Invalid, "no OpenAPI document of version 3"),
        ("[]", Invalid, "no OpenAPI document"),
        ("a: &a [x]\nb: *a\n", Invalid, "aliases"),
        ("{" * 100_000, Invalid, "cannot be read"),
        ("[" * 100_000, Invalid, "cannot be read"),
        ('{"a": "' + "x" * 5_000_001 + '"}', TooLarge, "characters"),
    ],
)
def test_what_is_no_document_is_refused(text: str, kind: type[Failure], words: str) -> None:
    with pytest.raises(kind, match=words):
        documents.read(text)


def test_yaml_is_read_as_json_is() -> None:
    text = "openapi: 3.0.3\ninfo: {}\npaths:\n  /rows:\n    get:\n      operationId: rows\n"
    assert [one.name for one in openapi.methods(documents.read(text))] == ["rows"]


def test_a_huge_document_has_a_bound() -> None:
    with pytest.raises(TooLarge, match="operations"):
        openapi.methods(document(**{f"p{n}": {"get": {}} for n in range(openapi.MOST_METHODS + 1)}))


def test_a_recursive_type_ends_at_its_name_and_an_endless_one_at_a_depth() -> None:
    endless: dict[str, Any] = {"type": "array"}
    endless["items"] = {"type": "array", "items": {"$ref": "#/components/schemas/E"}}
    whole = {**DOCUMENT, "components": {"schemas": {**DOCUMENT["components"]["schemas"], "E": endless}}}
    assert openapi.type_of(whole, {"$ref": "#/components/schemas/Row"}, "") == "Row"
    assert "Any" in openapi.type_of(whole, {"$ref": "#/components/schemas/E"}, "")


def test_types_that_lead_to_each_other_many_times_over_are_read_at_once() -> None:
    schemas = {
        f"S{n}": {"anyOf": [{"$ref": f"#/components/schemas/S{(n + k) % 20}"} for k in range(20)]} for n in range(20)
    }
    whole = {**DOCUMENT, "components": {"schemas": schemas}}
    assert openapi.type_of(whole, {"$ref": "#/components/schemas/S0"}, "") == "Any"


METHODS = openapi.methods(DOCUMENT)
MEMBER = METHODS[0].parameters[1]

CONTRADICTIONS = {
    "methods.order.retries = 1 contradicts itself": {"methods": {"order": {"retries": 1}}},
    "methods.order.personal = False contradicts itself": {"methods": {"order": {"personal": False}}},
    "methods.rows.caller_rate = 9 contradicts itself": {"methods": {"rows": {"rate": 5, "caller_rate": 9}}},
    "methods.rows.in_flight = 9 contradicts itself": {"in_flight": 5, "methods": {"rows": {"in_flight": 9}}},
    "no method 'row'": {"methods": {"row": {}}},
    "unknown key 'methods.rows.time'": {"methods": {"rows": {"time": "1s"}}},
    "criticality = 'vital'": {"methods": {"rows": {"criticality": "vital"}}},
    "fallback is not JSON": {"methods": {"rows": {"fallback": "{"}}},
    "retries = 9": {"methods": {"rows": {"retries": 9}}},
    "callers\\[0\\] limits nothing": {"callers": [{"application": "tv"}]},
    "application is missing": {"callers": [{"rate": 1}]},
    "methods is not allowed": {"methods": 1},
    "name of an application": {"callers": [{"application": "a x;add map m d1/secret s1|h|all;#", "rate": 1}]},
    "is no version number": {"callers": [{"application": "tv", "version": "1;quit", "rate": 1}]},
    "no method 'any'": {"callers": [{"application": "tv", "method": "any", "rate": 1}]},
    "host = 'h\\|all'": {"host": "h|all"},
    "health = '/h;quit'": {"health": "/h;quit"},
    "NaN is no number": {"methods": {"rows": {"fallback": "NaN"}}},
    "health = 'x'": {"health": "x"},
}


@pytest.mark.parametrize("words", CONTRADICTIONS)
def test_a_policy_that_contradicts_itself_is_refused(words: str) -> None:
    with pytest.raises(Invalid, match=words):
        policy.build(CONTRADICTIONS[words], METHODS)


def test_a_method_has_its_own_policy_above_the_defaults() -> None:
    tables = {"defaults": {"timeout": "1s"}, "methods": {"rows": {"personal": False, "fallback": '{"rows": []}'}}}
    found = policy.build(tables, METHODS)
    assert (found.of("rows").timeout, found.of("rows").personal, found.of("film").personal) == (1.0, False, True)
    safe_order = policy.build({"methods": {"order": {"safe": "yes", "retries": 2}}}, METHODS)
    assert policy.repeatable(safe_order.of("order"), METHODS[2])


def test_the_annotated_policy_is_one() -> None:
    import tomllib

    tables = tomllib.loads(policy.annotated())
    assert policy.build(tables, METHODS).of("rows").timeout == 0.3


def test_grants_name_services_and_methods() -> None:
    assert grants(("films", "ratings.scores", "ratings.film")) == {"films": None, "ratings": ("scores", "film")}
    assert grants(("films.rows", "films")) == {"films": None}
    for wrong in ("films.", "Films", "films.a-b", "films.rows.x"):
        with pytest.raises(Invalid):
            check((wrong,))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"parameters": METHODS[0].parameters[:1]}, "its parameter member is gone"),
        ({"parameters": (*METHODS[0].parameters, method.Parameter("x", "query", True))}, "x is new and required"),
        (
            {"parameters": (method.Parameter("limit", "query", True, "int"), METHODS[0].parameters[1])},
            "is required now",
        ),
        (
            {"parameters": (method.Parameter("limit", "query", False, "str"), METHODS[0].parameters[1])},
            "was int and is",
        ),
        ({"answers": {"path": "str"}}, "its answer has no rows any more"),
        ({"body_required": True}, "it needs a body now"),
    ],
)
def test_a_change_that_breaks_a_caller_is_named(change: dict[str, Any], why: str) -> None:
    import dataclasses

    assert why in " ".join(method.breaks(METHODS[0], dataclasses.replace(METHODS[0], **change)))
    assert method.breaks(METHODS[0], METHODS[0]) == []
    assert method.breaks(METHODS[0], None) == ["the service no longer has it"]


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "224.0.0.1", "255.255.255.255"]
)
def test_where_clouds_keep_their_secrets_is_no_service(address: str) -> None:
    with pytest.raises(Invalid):
        check_place("metadata.example", address, 80, set(), operator=True)


def test_the_platform_itself_is_no_service_and_its_machine_only_for_operators() -> None:
    with pytest.raises(Invalid, match="platform's own"):
        check_place("127.0.0.1", "127.0.0.1", 7070, {7070}, operator=True)
    with pytest.raises(Forbidden):
        check_place("127.0.0.1", "127.0.0.1", 9000, {7070}, operator=False)
    check_place("127.0.0.1", "127.0.0.1", 9000, {7070}, operator=True)
    check_place("films.example", "10.1.2.3", 9000, {7070}, operator=False)


def test_documents_are_stored_as_they_were_read() -> None:
    assert documents.read(json.dumps(DOCUMENT)) == DOCUMENT
