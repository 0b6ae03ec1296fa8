from stagedoor import Response, testing
from stagedoor.runtime.config import config

FILM = {
    "id": 7,
    "title": "Metropolis",
    "year": 1927,
    "genre": "Drama",
    "maturity": "G",
    "minutes": 153,
    "image": "/posters/7/{width}x{height}",
}
SERVICES = {
    "members": {"/members/m1": {"name": "Ada"}, "/members/m1/watching": {"films": []}},
    "discovery": lambda method, target, body: (
        {"rows": [{"id": f"r{n}"} for n in range(9)]}
        if target.startswith("/rows?")
        else {"title": "Row", "films": [FILM]}
    ),
    "ratings": {"/ratings": {"ratings": {"7": {"imdb": 8.3}}}},
    "playback": {"/licences/7": {"licence": "x"}},
}


def test_a_home_screen_takes_twelve_calls() -> None:
    config.load({"rows": 7, "row_length": 20})
    answer = testing.get("/home", member="m1", services=SERVICES)
    screen = answer.json()
    assert len(answer.calls) == 12
    assert answer.headers["api-calls"] == "12"
    assert screen["rows"][0]["films"][0]["score"] == 8.3
    assert screen["hero"]["image"] == "/posters/7/1920x1080"


def test_a_home_screen_without_ratings_is_still_one() -> None:
    config.load({"rows": 7, "row_length": 20})
    services = {**SERVICES, "ratings": {"/ratings": Response({}, status=503)}}
    assert testing.get("/home", member="m1", services=services).json()["rows"][0]["films"][0]["score"] is None
