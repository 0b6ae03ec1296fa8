"""An OpenAPI document as it was sent: JSON or YAML, read within bounds before anybody looks at what it says."""

import json
from typing import Any

import yaml

from stagedoor.model import openapi
from stagedoor.model.errors import Invalid, TooLarge

LARGEST = 5_000_000
_DEEPEST = 100


def read(text: str) -> dict[str, Any]:
    """The document in `text`. Raises Invalid that says where, TooLarge."""
    if len(text) > LARGEST:
        raise TooLarge(f"the OpenAPI document has {len(text)} characters; {LARGEST} are allowed")
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except (ValueError, yaml.YAMLError) as error:
        raise Invalid(f"the OpenAPI document cannot be read: {error}") from None
    except RecursionError:
        raise Invalid("the OpenAPI document cannot be read: it is nested too deeply") from None
    return openapi.check(found)


def _yaml(text: str) -> Any:
    """Looked through first: a few lines with aliases make gigabytes, and what is nested too deeply ends the process."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases (*name) are not allowed in it")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError("it is nested too deeply")
    return yaml.load(text, yaml.CSafeLoader)
