from stagedoor import testing


def test_plans_are_listed() -> None:
    assert len(testing.get("/plans", app="main:app").json()["plans"]) == 3


def test_the_page_names_every_plan() -> None:
    assert "premium" in testing.get("/", app="main:app").text
