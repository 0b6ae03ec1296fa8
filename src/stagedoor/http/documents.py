"""An OpenAPI document as it was sent: JSON or YAML, read within bounds before anybody looks at what it says."""

import json
from typing import Any

import yaml

from stagedoor.model import openapi
from stagedoor.model.errors import Invalid, TooLarge

LARGEST = 5_000_000


class _Plain(yaml.CSafeLoader):  # type: ignore[misc]
    """Without aliases: a few lines of them make a document of gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        return super().compose_node(parent, index)


def read(text: str) -> dict[str, Any]:
    """The document in `text`. Raises Invalid that says where, TooLarge."""
    if len(text) > LARGEST:
        raise TooLarge(f"the OpenAPI document has {len(text)} characters; {LARGEST} are allowed")
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Plain)  # noqa: S506
    except (ValueError, yaml.YAMLError) as error:
        raise Invalid(f"the OpenAPI document cannot be read: {error}") from None
    except RecursionError:
        raise Invalid("the OpenAPI document cannot be read: it is nested too deeply") from None
    return openapi.check(found)
