"""What is made of twelve answers, for everybody who speaks Python; `shaping.mjs` is the same."""

from typing import Any

CALLS = 12


def shape(documents: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "rows": [
            {
                "id": one["id"],
                "title": one["title"],
                "films": [{"id": film["id"], "name": film["name"]} for film in one["films"][:5]],
            }
            for one in documents
        ]
    }
