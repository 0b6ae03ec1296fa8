"""The OpenAPI document of the control API, made to say what responses hold: every field, also one that has a default.

A field with a default may be left out of a request. A response always has it, and a client that is generated from the
document should not have to ask whether it is there.
"""

from typing import Any

from fastapi import FastAPI

_REFERENCE = "#/components/schemas/"
_OF_FASTAPI = {"HTTPValidationError", "ValidationError"}  # Theirs are as they say.


def complete(app: FastAPI) -> None:
    """Lets `app` serve and return the completed document."""
    made_by_fastapi = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = require_fields_of_responses(made_by_fastapi())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def require_fields_of_responses(document: dict[str, Any]) -> dict[str, Any]:
    """Marks each field as required in schemas that occur in responses and in no request."""
    schemas = document["components"]["schemas"]
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    requests = _reach([operation.get("requestBody") for operation in operations], schemas)
    responses = _reach([operation.get("responses") for operation in operations], schemas)
    for name in responses - requests - _OF_FASTAPI:
        if properties := schemas[name].get("properties"):
            schemas[name]["required"] = list(properties)
    return document


def _reach(roots: list[Any], schemas: dict[str, Any]) -> set[str]:
    """Returns the names of all schemas that `roots` refer to, directly or by others."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix(_REFERENCE)
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found
