from stagedoor import testing
from stagedoor.runtime.config import config

FILM = {"id": 7, "title": "Metropolis", "image": "/posters/7/{width}x{height}"}
SERVICES = {
    "members": {"/members/m1": {"name": "Ada"}},
    "discovery": lambda method, target, body: (
        {"rows": [{"id": "a"}]} if target.startswith("/rows?") else {"title": "Row", "films": [FILM]}
    ),
}


def test_a_phone_gets_small_pictures() -> None:
    config.load({"rows": 4, "row_length": 6})
    answer = testing.get("/home", member="m1", services=SERVICES)
    assert answer.headers["api-calls"] == str(len(answer.calls)) == "3"
    assert answer.json() == {
        "name": "Ada",
        "rows": [{"t": "Row", "f": [{"id": 7, "t": "Metropolis", "i": "/posters/7/160x90"}]}],
    }


def test_search_finds_titles() -> None:
    assert testing.get("/search?q=metro", services=SERVICES).json()["films"][0]["t"] == "Metropolis"
