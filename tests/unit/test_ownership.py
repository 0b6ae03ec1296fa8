"""A rule of one team never beats another's, whatever it names besides."""

from typing import Any

import pytest

from stagedoor.decide.ownership import Claim, conflict, decide, normalize
from stagedoor.model.errors import Invalid
from stagedoor.model.route import RouteRule


def rule(**fields: Any) -> RouteRule:
    return RouteRule(**fields)


BLUE = rule(host="shop.example", path="/checkout")
BARE = rule(path="/api/home")


@pytest.mark.parametrize(
    "wanted",
    [
        rule(host="shop.example", path="/checkout"),
        rule(host="SHOP.example.", path="/checkout/"),
        rule(host="shop.example", path="/checkout/pay"),
        rule(host="shop.example", path="/"),
        rule(host="shop.example"),
        rule(host="shop.example", path="/checkout", header={"cookie": "cart=1"}),
        rule(host="shop.example", path="/checkout", method="POST"),
        rule(host="shop.example", device="tv"),
        rule(host="shop.example", path="/%63heckout"),
        rule(host="shop.example", path="/x/../checkout"),
        rule(host="shop.example", path="//checkout"),
        rule(path="/checkout", method="GET", header={"a": "b"}),
        rule(header={"a": "b", "c": "d", "e": "f"}),
    ],
)
def test_what_would_take_from_a_host_and_path_is_refused(wanted: RouteRule) -> None:
    taken = decide(Claim("grab", "red", (wanted,)), [Claim("shop", "blue", (BLUE,))], is_new=True)
    assert taken is not None and (taken.team, taken.application) == ("blue", "shop")
    # Of the same team it is fine.
    assert decide(Claim("grab", "blue", (wanted,)), [Claim("shop", "blue", (BLUE,))], is_new=True) is None


@pytest.mark.parametrize(
    "wanted",
    [
        rule(host="other.example", path="/checkout"),
        rule(host="shop.example", path="/checkouts"),
        rule(host="shop.example", path="/assets"),
        rule(path="/checkout"),  # The edge takes the rule with a host: it has more conditions.
    ],
)
def test_what_takes_nothing_is_allowed(wanted: RouteRule) -> None:
    assert decide(Claim("own", "red", (wanted,)), [Claim("shop", "blue", (BLUE,))], is_new=True) is None


@pytest.mark.parametrize("path", ["/api", "/api/home", "/api/home/tv", "/API/home", "/api/./home"])
def test_prefixes_without_a_host_are_nested_both_ways(path: str) -> None:
    assert conflict(rule(path=path), BARE)
    assert conflict(rule(host="any.example", path=path), BARE)
    assert not conflict(rule(path="/apis"), BARE)


def test_a_host_alone_does_not_beat_a_longer_path_without_one() -> None:
    assert not conflict(rule(host="red.example"), BARE)
    assert conflict(rule(host="red.example", header={"x": "y"}), BARE)


def test_devices_of_their_own_are_apart() -> None:
    tv, phone = rule(path="/home", device="tv"), rule(path="/home", device="phone")
    assert not conflict(tv, phone)
    assert conflict(rule(path="/home"), phone) and conflict(phone, rule(path="/home"))


def test_who_names_nothing_keeps_nobody_from_naming_something() -> None:
    squatter = Claim("all", "red", (rule(header={"accept": "*/*"}), rule(path="/")))
    assert decide(Claim("shop", "blue", (BLUE,)), [squatter], is_new=True) is None


def test_everything_without_a_host_is_nobodys_where_there_are_others() -> None:
    wanted = Claim("all", "red", (rule(path="/"),))
    assert decide(wanted, [Claim("shop", "blue")], is_new=False) is not None
    assert decide(wanted, [Claim("own", "red")], is_new=False) is None


@pytest.mark.parametrize("path", ["/shop", "/shop/", "/shop/cart", "/%73hop", "/x/../shop", "/SHOP"])
@pytest.mark.parametrize("host", ["", "red.example"])
def test_the_address_of_an_application_is_its_teams(path: str, host: str) -> None:
    wanted = Claim("grab", "red", (rule(path=path, host=host),))
    taken = decide(wanted, [Claim("shop", "blue")], is_new=False)
    assert taken is not None and taken.team == "blue"
    assert decide(wanted, [Claim("shop", "red"), Claim("shops", "blue")], is_new=False) is None


def test_a_new_name_takes_no_path_of_a_rule() -> None:
    claims = [Claim("web", "blue", (rule(host="shop.example", path="/cart/items"),))]
    taken = decide(Claim("cart", "red"), claims, is_new=True)
    assert taken is not None and taken.wanted == "the address /cart"
    assert decide(Claim("cart", "red"), claims, is_new=False) is None  # It was there before.
    assert decide(Claim("cart", "blue"), claims, is_new=True) is None
    assert decide(Claim("carts", "red"), claims, is_new=True) is None


def test_paths_have_one_form() -> None:
    assert normalize("") == normalize("/") == normalize("//") == normalize("/a/..") == "/"
    assert normalize("/A%2fb/") == "/a/b"


@pytest.mark.parametrize("path", ["/-/preview/x", "/-", "/x/.stagedoor/ready"])
def test_paths_of_the_platform_are_nobodys(path: str) -> None:
    with pytest.raises(Invalid, match="the platform's own"):
        rule(path=path).check()
    rule(path="/x-/preview").check()
