"""Templates of paths: what fits them, in time that grows with the path alone, and what is refused."""

import re
import time

import pytest

from stagedoor.model import template
from stagedoor.model.errors import Invalid
from stagedoor.runtime import methods
from stagedoor.telemetry.endpoints import FOLDED, MAX_APPLICATIONS, UNKNOWN, Endpoints

LABEL = ("tv", "1.0.0")


def known(*paths: str) -> Endpoints:
    endpoints = Endpoints()
    endpoints.learn({"tv@1.0.0": [("GET", path) for path in paths]})
    return endpoints


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/films/7", "GET /films/{id}"),
        ("/films/new", "GET /films/new"),
        ("/films/7/cover.jpg", "GET /films/{id}/cover.{kind}"),
        ("/films/7/cover.", "GET /films/{}/cover."),
        ("/tv/films/7", "GET /films/{id}"),
        ("/films/", "GET /films/"),
        ("/rows/v2-kids", "GET /rows/v2-{name}"),
        ("/rows/v3-kids", "GET /{any}/{name}"),
        ("/films/7/8/9", "GET /films/{}/{}/{}"),
    ],
)
def test_a_path_belongs_to_the_plainest_template_that_fits(path: str, expected: str) -> None:
    endpoints = known(
        "/films/{id}", "/films/new", "/films/{id}/cover.{kind}", "/rows/v2-{name}", "/{any}/{name}", "/films/"
    )
    if path == "/films/7":
        assert known("/{any}/{name}", "/films/{id}").of(LABEL, "GET", path) == expected
    assert endpoints.of(LABEL, "GET", path) == expected


REFUSED = {
    "/{a}{b}": "2 parameters, and one is allowed",
    "/{a}{b}{c}{d}{e}{f}{g}{h}Z": "8 parameters, and one is allowed",
    "/films/{id}.{format}": "2 parameters, and one is allowed",
    "films": "does not begin with /",
    "/films/{id": "a brace that is no {parameter}",
    "/films/{}": "a brace that is no {parameter}",
    "/" + "a" * 250: "more than 250 characters",
    "/a" * 31: "more than 30 segments",
    "/a\x1b[2J": "cannot be shown",
}


@pytest.mark.parametrize("path", REFUSED)
def test_what_no_endpoint_can_be_is_refused_and_costs_its_own_version_alone(path: str) -> None:
    with pytest.raises(Invalid, match=re.escape(REFUSED[path])):
        template.check_endpoints([("GET", "/fine/{id}"), ("GET", path)])
    endpoints = Endpoints()
    endpoints.learn({"bad@1.0.0": [("GET", path), ("GET", "/fine/{id}")], "tv@1.0.0": [("GET", "/films/{id}")]})
    assert endpoints.of(("bad", "1.0.0"), "GET", "/" + "a" * 600) == f"GET {UNKNOWN}"
    assert endpoints.of(("bad", "1.0.0"), "GET", "/fine/7") == "GET /fine/{id}"
    assert endpoints.of(LABEL, "GET", "/films/7") == "GET /films/{id}"
    assert endpoints.refused == {"bad@1.0.0": 1}


def test_the_number_of_endpoints_is_bounded() -> None:
    many = [("GET", f"/{number}") for number in range(template.MAX_ENDPOINTS + 1)]
    template.check_endpoints(many[:-1])
    with pytest.raises(Invalid, match="500 are allowed"):
        template.check_endpoints(many)
    with pytest.raises(Invalid, match="no HTTP method"):
        template.check_endpoints([("GE T", "/")])


def test_shapes_are_bounded_for_each_application_and_in_all() -> None:
    endpoints = Endpoints()
    for number in range(600):
        endpoints.of(("noisy", "1"), "GET", f"/{'x' * (number % 20 + 1)}/{'z' * (number // 20)}")
    assert endpoints.of(("noisy", "1"), "GET", "/another") == FOLDED
    assert endpoints.of(LABEL, "GET", "/another") == "GET /another"
    for number in range(MAX_APPLICATIONS):
        endpoints.of((f"a{number}", "1"), "GET", "/")
    assert endpoints.of(("one-more", "1"), "GET", "/") == FOLDED


def test_matching_takes_time_in_proportion_to_the_path() -> None:
    endpoints = known(*(f"/{{p{n}}}" + "/{a}" * (n % 29) + f"/x{n}" for n in range(400)))
    began = time.process_time()
    for number in range(200):
        endpoints.of(LABEL, "GET", "/" + "a" * 600 + f"/{number}" * 20)
        endpoints.of(LABEL, "GET", "/" + "a/" * 4000 + str(number))
    assert time.process_time() - began < 2


SERVICE_PATHS = {
    "/films/{id}": (["/films/7"], ["/films/", "/films/7/8"]),
    "/points/{lat},{lon}": (["/points/1.5,2", "/points/1,2,3"], ["/points/1", "/points/,2"]),
    "/{a}{b}": (["/xy"], ["/x", "/x/y"]),
    "/x{a}.{b}-{c}y": (["/x1.2-3y"], ["/x1.2y", "/x1-2.3y"]),
    "/films": (["/films"], ["/film"]),
}


@pytest.mark.parametrize("path", SERVICE_PATHS)
def test_a_path_of_a_service_is_a_pattern_that_never_backtracks_far(path: str) -> None:
    regex = re.compile(template.pattern(path))
    fitting, others = SERVICE_PATHS[path]
    assert all(map(regex.fullmatch, fitting)) and not any(map(regex.fullmatch, others))
    assert methods.pattern(path) == template.pattern(path)


def test_a_path_of_a_service_with_many_parameters_is_matched_quickly() -> None:
    for path in ("/" + "{a}" * 20 + "Z", "/{a}.{b}.{c}.{d}.{e}.{f}.{g}.{h}Z"):
        began = time.process_time()
        assert not re.fullmatch(template.pattern(path), "/" + "a." * 4000)
        assert time.process_time() - began < 1
