from stagedoor import testing


def test_the_page_names_only_files_that_are_there() -> None:
    page = testing.get("/")
    assert page.status == 200
    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
        assert f'"{name}"' in page.text
        assert testing.get(f"/{name}").headers["content-type"] == kind


def test_nothing_else_is_served() -> None:
    assert testing.get("/main.py").status == 404
