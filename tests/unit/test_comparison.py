"""What differs between two versions' answers, what of it is noise, and what a replay of all recordings says."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide.replay import gate
from stagedoor.decide.replay.compare import MOST, differences, noise
from stagedoor.decide.replay.repeats import REPETITIONS, Repeat
from stagedoor.decide.replay.report import compare, more_often
from stagedoor.decide.replay.runs import Run, fails, worth_confirming
from stagedoor.model.comparison import ADDED, CHANGED, GONE, Accepted, Comparison, Difference
from stagedoor.model.judgement import FAIL, FINE, HARM, INCONCLUSIVE, OPEN, PASS
from stagedoor.model.recording import Asked, Divergence, Outcome

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ASKED = st.builds(
    Asked, st.sampled_from(["discovery", "billing"]), st.sampled_from(["GET", "POST"]),
    st.sampled_from([b"/rows", b"/rows?page=2", b"/me"]), st.binary(max_size=4),
)  # fmt: skip
HEADS = st.lists(
    st.tuples(st.sampled_from(["content-type", "etag", "Set-Cookie", "Content-Length"]), st.sampled_from(["a", "b"]))
)
OUTCOMES = st.builds(
    Outcome,
    st.just("r"),
    status=st.sampled_from([200, 404, 500]),
    head=HEADS.map(lambda lines: "".join(f"{name}: {value}\r\n" for name, value in lines).encode()),
    body=VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=300),
    calls=st.lists(ASKED, max_size=6).map(tuple),
)


def answer(value: object = None, *, cpu: float = 0.01, **rest: object) -> Outcome:
    body = json.dumps(value).encode()
    return Outcome("r", **{"status": 200, "body": body, "cpu": cpu, **rest})  # type: ignore[arg-type]


def found(left: object, right: object) -> list[tuple[str, str, str, str]]:
    return [(one.place, one.kind, one.left, one.right) for one in differences(answer(left), answer(right))]


@given(OUTCOMES)
def test_an_outcome_does_not_differ_from_itself(one: Outcome) -> None:
    assert differences(one, replace(one)) == []


@given(OUTCOMES, OUTCOMES)
def test_what_is_added_the_one_way_is_gone_the_other(one: Outcome, other: Outcome) -> None:
    turned = {CHANGED: CHANGED, ADDED: GONE, GONE: ADDED}
    back = [Difference(each.place, turned[each.kind], each.right, each.left) for each in differences(other, one)]
    assert differences(one, other) == back


@given(OUTCOMES, OUTCOMES)
def test_differences_are_short_few_and_always_the_same(one: Outcome, other: Outcome) -> None:
    first = differences(one, other)
    assert first == differences(one, other) and len(first) <= MOST
    assert all(len(text) <= 200 for each in first for text in (each.left, each.right, each.place.partition(" ")[2]))
    json.dumps([asdict(each) for each in first], ensure_ascii=False).encode()


@given(VALUES, VALUES)
def test_json_bodies_differ_when_their_values_do(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (found(one, other) == []) == same


def test_places_are_those_of_json_with_indexes_left_out() -> None:
    left = {"rows": [{"title": "a", "id": 1}, {"title": "b", "id": 2}], "old": None}
    right = {"rows": [{"title": "a", "id": 1}, {"title": "c", "id": 2}, {"title": "d"}], "a/b~c": [1]}
    assert found(left, right) == [
        ("/a~1b~0c", ADDED, "", "[1]"),
        ("/old", GONE, "null", ""),
        ("/rows/[]/title", CHANGED, '"b"', '"c"'),
        ("/rows/[]", ADDED, "", '{"title": "d"}'),
    ]


def test_a_number_is_neither_true_nor_a_text() -> None:
    assert found({"a": 1}, {"a": True}) == [("/a", CHANGED, "1", "true")]
    assert found({"a": 1}, {"a": "1"}) == [("/a", CHANGED, "1", '"1"')]
    assert found({"a": []}, {"a": {}}) == [("/a", CHANGED, "[]", "{}")]
    assert found(1, 2) == [("body", CHANGED, "1", "2")]


def test_order_of_keys_and_spaces_are_no_difference() -> None:
    assert differences(answer(body=b'{"a":1,"b":2}'), answer(body=b'{ "b": 2, "a": 1 }')) == []


def test_bodies_that_are_not_json_differ_as_a_whole_and_are_shown_where_they_do() -> None:
    page = b"<p>" + b"x" * 5000
    (one,) = differences(answer(body=page + b"old"), answer(body=page + b"new"))
    assert (one.place, one.kind) == ("body", CHANGED)
    assert one.left.startswith("…") and one.left.endswith("xold") and one.right.endswith("xnew")
    (one,) = differences(answer(body=b""), answer(body=b"\0\xff"))
    assert (one.kind, one.right) == (ADDED, "\\0\\xff")
    assert [each.place for each in differences(answer(body=b'{"a": NaN}'), answer(body=b"{}"))] == ["body"]
    deep = b"[" * 100_000
    assert [each.place for each in differences(answer(body=deep), answer(body=deep + b"1"))] == ["body"]


def test_headers_of_the_transport_say_nothing() -> None:
    old = answer(head=b"Content-Type: text/html\r\nContent-Length: 1\r\nStagedoor-Version: 1.0.0\r\nX-Gone: a\r\n")
    new = answer(head=b"content-type: text/plain\r\nConnection: close\r\nStagedoor-Version: 1.1.0\r\nX-New: b\r\n")
    assert [(one.place, one.kind, one.left, one.right) for one in differences(old, new)] == [
        ("header content-type", CHANGED, "text/html", "text/plain"),
        ("header x-gone", GONE, "a", ""),
        ("header x-new", ADDED, "", "b"),
    ]
    assert differences(answer(status=200), answer(status=500)) == [Difference("status", CHANGED, "200", "500")]


def test_calls_are_compared_without_their_order() -> None:
    rows, more, me = (Asked("discovery", "GET", one) for one in (b"/rows?page=1", b"/rows?page=2", b"/me"))
    say = [(one.place, one.kind) for one in differences(answer(calls=(rows, me)), answer(calls=(me, rows)))]
    assert say == []
    (one,) = differences(answer(calls=(rows,)), answer(calls=(more,)))
    assert one == Difference("call discovery GET /rows", CHANGED, "/rows?page=1", "/rows?page=2")
    (one,) = differences(answer(calls=(rows,)), answer(calls=(rows, rows)))
    assert (one.place, one.kind, one.right) == ("call discovery GET /rows", ADDED, "/rows?page=1")
    (one,) = differences(answer(calls=(rows, me)), answer(calls=(rows,)))
    assert (one.place, one.kind) == ("call discovery GET /me", GONE)
    put = [Asked("billing", "POST", b"/pay", body) for body in (b'{"sum":1}', b'{"sum":2}')]
    (one,) = differences(answer(calls=(put[0],)), answer(calls=(put[1],)))
    assert (one.kind, one.left) == (CHANGED, '/pay {"sum":1}')


def test_a_long_list_hides_nothing_else() -> None:
    left, right = ({"a": [{"t": one + n} for n in range(5000)], "z": one} for one in (0, 1))
    assert [place for place, *_ in found(left, right)] == ["/a/[]/t"] * 5 + ["/z"]
    left, right = ({f"k{n}": one for n in range(5000)} for one in (0, 1))
    assert len(found(left, right)) == MOST


def test_noise_counts_recordings_and_takes_coming_for_going() -> None:
    twice = [(answer({"a": [1, 1], "b": 0}), answer({"a": [2, 2], "b": 0})), (answer({}), answer({"b": 1}))]
    assert noise(twice) == {("/a/[]", CHANGED): 1, ("/b", ADDED): 1, ("/b", GONE): 1}


# All recordings together.


def run(number: int, old: Outcome, new: Outcome, again: Outcome | None = None, endpoint: str = "GET /home") -> Run:
    return Run(f"r{number}", endpoint, old, again or old, new)


def same(count: int) -> list[Run]:
    return [run(number, answer(number), answer(number)) for number in range(count)]


def test_what_is_the_same_passes() -> None:
    said = compare(same(40), [])
    assert (said.verdict, said.compared, said.same, said.groups) == (PASS, 40, 40, [])
    assert said.errors.verdict == OPEN and said.own_time.verdict == FINE
    assert said.reason == "No new difference in 40 recordings: 40 are the same. Not known yet: errors"
    assert compare(same(2000), []).errors.verdict == FINE


def test_one_difference_that_the_old_version_never_shows_fails() -> None:
    runs = [*same(40), run(40, answer({"a": 1}), answer({"a": 2}))]
    said = compare(runs, [])
    assert said.verdict == FAIL and said.same == 40
    (group,) = said.groups
    assert (group.place, group.kind, group.count, group.of, group.noise, group.new) == ("/a", CHANGED, 1, 41, 0, True)
    assert [(one.id, one.left, one.right) for one in group.examples] == [("r40", "1", "2")]
    assert said.reason == "1 new difference: /a changed in 1 of 41 of GET /home"


def test_noise_is_learned_and_not_reported_as_new() -> None:
    runs = [
        run(n, answer({"at": n, "b": 1}), answer({"at": n + 2, "b": 1}), answer({"at": n + 1, "b": 1}))
        for n in range(30)
    ]
    said = compare(runs, [])
    assert said.verdict == PASS and said.same == 30
    assert [(one.place, one.noise, one.count, one.new) for one in said.groups] == [("/at", 30, 30, False)]


def test_noise_of_one_endpoint_excuses_no_other() -> None:
    runs = [run(n, answer(n), answer(n + 2), answer(n + 1)) for n in range(20)]
    runs += [run(n, answer(n), answer(n + 2), endpoint="GET /film") for n in range(20)]
    said = compare(runs, [])
    assert [(one.endpoint, one.new) for one in said.groups] == [("GET /film", True), ("GET /home", False)]


def test_a_place_of_little_noise_is_new_when_it_differs_far_more_often() -> None:
    runs = [run(n, answer(0), answer(1), answer(int(n == 3))) for n in range(30)]
    assert compare(runs, []).groups[0].new
    runs = [run(n, answer(0), answer(int(n < 4)), answer(int(n == 3))) for n in range(30)]
    assert compare(runs, []).verdict == PASS


def test_what_changes_by_itself_is_new_when_it_is_gone() -> None:
    said = compare([run(n, answer({"at": n}), answer({}), answer({"at": n + 1})) for n in range(30)], [])
    assert [(one.place, one.kind, one.new) for one in said.groups] == [("/at", GONE, True)]


@pytest.mark.parametrize(
    ("count", "often", "of", "more"),
    [
        (1, 0, 40, True),
        (0, 0, 40, False),
        (10, 1, 10, True),
        (3, 1, 10, False),
        (30, 30, 30, False),
        (500, 1, 600, True),
    ],
)
def test_more_often_is_by_fishers_test(count: int, often: int, of: int, more: bool) -> None:
    assert more_often(count, often, of) == more


def test_an_accepted_difference_is_not_new() -> None:
    runs = [run(n, answer({"a": n}), answer({"a": -n - 1})) for n in range(30)]
    said = compare(runs, [Accepted("films", "GET /home", "/a", CHANGED, "ada", "wanted", 1.0)])
    (group,) = said.groups
    assert said.verdict == PASS and said.same == 0
    assert (group.new, group.accepted, group.by, group.why) == (False, True, "ada", "wanted")
    assert "30 differ as was accepted" in said.reason
    other = Accepted("films", "GET /home", "/a", GONE, "ada", "wanted", 1.0)
    assert compare(runs, [other]).verdict == FAIL


def test_too_few_recordings_say_nothing() -> None:
    said = compare(same(9), [])
    assert said.verdict == INCONCLUSIVE and "9 of 9 recordings could be compared, of at least 10" in said.reason
    assert compare([], []).verdict == INCONCLUSIVE


def test_what_has_no_answer_is_not_compared() -> None:
    lost = Outcome("r", failed="the process ended")
    runs = [*same(30), *(run(n, lost, answer(n), lost) for n in range(20))]
    said = compare(runs, [])
    assert (said.verdict, said.compared, said.failed, said.groups) == (PASS, 30, 20, [])
    said = compare([*same(15), *runs[30:]], [])
    assert said.verdict == INCONCLUSIVE and "20 had no answer in a replay" in said.reason


def test_a_new_version_that_gives_no_answer_does_not_pass() -> None:
    lost = Outcome("r", failed="the process ended")
    said = compare([*same(40), run(40, answer(1), lost)], [])
    assert said.verdict == INCONCLUSIVE and "no answer to 1 recording that the old one answers" in said.reason
    always = replace(run(40, answer(1), lost), confirmed=((False, True),) * REPETITIONS)
    said = compare([*same(40), always], [])
    assert said.verdict == FAIL and said.errors.verdict == HARM
    flaky = [run(40, answer(1), lost), run(41, answer(1), answer(1), lost)]
    assert compare([*same(40), *flaky], []).verdict == PASS


def test_what_ends_at_a_call_that_is_not_recorded_is_no_harm() -> None:
    more = (Asked("discovery", "GET", b"/new"),)
    apart = (Divergence("not recorded", "discovery GET /new"),)
    body = b'{"error": {"message": "A call to discovery failed; the script has no fallback."}}'
    gone = Outcome("r", 502, body=body, cpu=0.001, calls=more, divergences=apart)
    runs = [run(n, answer(n), gone) for n in range(30)]
    assert worth_confirming(runs) == []
    said = compare(runs, [])
    assert [(one.place, one.kind) for one in said.groups] == [("call discovery GET /new", ADDED)]
    assert (said.diverged, said.errors.verdict, said.own_time.verdict) == (30, OPEN, OPEN)
    refused, reason = gate.judge(said, strict=False)
    assert not refused and "30 ask for what is not recorded" in reason
    assert gate.judge(said, strict=True)[0]
    # What the version breaks of itself is its own, whatever else it asks for.
    broken = [run(n, answer(n), replace(gone, status=500)) for n in range(30)]
    assert compare(broken, []).errors.verdict == HARM


def test_what_asks_for_more_than_was_recorded_is_compared_and_counted() -> None:
    apart = (Divergence("not recorded", "discovery GET /new"),)
    runs = [run(n, answer(n), answer(n, divergences=apart)) for n in range(30)]
    assert compare([*runs, *same(31)], []).diverged == 30
    assert compare([*runs, *same(31)], []).verdict == PASS
    assert compare(runs, []).verdict == INCONCLUSIVE


def timed(old: float, again: float, new: float, count: int = 40) -> Comparison:
    """Each request takes own time of its own, and a run a little more or less than another."""
    runs = []
    for n in range(count):
        cpu, apart = 0.01 * (1 + n % 7), [1 + (n * step % 11 - 5) / 500 for step in (3, 5, 7)]
        cpus = [cpu * one * each for one, each in zip((old, again, new), apart, strict=True)]
        runs.append(run(n, answer(n, cpu=cpus[0]), answer(n, cpu=cpus[2]), answer(n, cpu=cpus[1])))
    return compare(runs, [])


def test_a_slower_version_fails_by_its_own_time() -> None:
    said = timed(1, 1, 1.2)
    assert said.verdict == FAIL and said.own_time.verdict == HARM and not said.groups
    assert "own time is 20 % more" in said.reason
    assert timed(1, 1, 1).own_time.verdict == FINE


def test_what_two_runs_of_the_old_version_differ_by_is_no_harm() -> None:
    assert timed(1, 1.2, 1.2).own_time.verdict == OPEN
    said = timed(1, 1.15, 1.25)
    assert said.verdict == PASS and "two runs of the old version differ as well (+15 %)" in said.own_time.reason


def test_errors_fail_it_even_when_their_status_was_accepted() -> None:
    runs = [*same(100), *(run(n, answer(n), answer(n, status=500)) for n in range(20))]
    said = compare(runs, [Accepted("films", "GET /home", "status", CHANGED, "ada", "wanted", 1.0)])
    assert said.verdict == FAIL and said.errors.verdict == HARM and not any(one.new for one in said.groups)


SOUND, WORSE, BETTER = (False, False), (False, True), (True, False)


def broken(number: int, confirmed: list[Repeat], *, old: int = 200, new: int = 500) -> Run:
    return replace(run(number, answer(1, status=old), answer(2, status=new)), confirmed=tuple(confirmed))


def test_a_request_that_fails_every_time_with_the_new_version_fails_it() -> None:
    said = compare([*same(40), broken(40, [WORSE] * 6)], [], "2.0.0")
    assert (said.verdict, said.errors.verdict, said.errors.needed) == (FAIL, HARM, 41)
    assert (
        "1 request fails with 2.0.0 every time it is run again, 6 of 6, and never with the old version: GET /home"
        in said.reason
    )
    flaky = [run(n, answer(1), answer(1), answer(1, status=500)) for n in range(41, 46)]
    said = compare([*same(40), broken(40, [WORSE] * 6), *flaky], [])
    assert [(one.place, one.noise, one.new) for one in said.groups if one.place == "status"] == [("status", 5, True)]


def test_a_failure_that_does_not_repeat_is_neither_new_nor_harm() -> None:
    assert compare([*same(40), broken(40, [])], []).verdict == FAIL
    said = compare([*same(40), broken(40, [SOUND] * 6), broken(41, [SOUND] * 6, old=500, new=200)], [])
    assert (said.verdict, said.same, said.compared) == (PASS, 42, 42) and said.errors.effect == 0
    assert [(one.place, one.count, one.new) for one in said.groups] == [("body", 2, False), ("status", 2, False)]


def test_a_failure_that_is_chance_hides_no_other_difference() -> None:
    runs = [broken(n, [SOUND] * 6) for n in range(3)] + [run(3, answer(1), answer(2))]
    said = compare([*same(40), *runs], [])
    assert said.verdict == FAIL and [(one.place, one.new) for one in said.groups] == [("body", True), ("status", False)]
    assert said.groups[0].examples[0].id == "r3" and said.same == 43


def test_a_request_that_only_the_old_version_fails_is_no_harm_though_it_is_new() -> None:
    said = compare([*same(2000), broken(2000, [BETTER] * 6, old=500, new=200)], [])
    assert said.errors.verdict == FINE and "fails with the old version every time" in said.errors.reason
    assert {one.place for one in said.groups if one.new} == {"body", "status"}
    wanted = [Accepted("films", "GET /home", place, CHANGED, "ada", "fixed", 1.0) for place in ("body", "status")]
    assert compare([*same(2000), broken(2000, [BETTER] * 6, old=500, new=200)], wanted).verdict == PASS


def test_what_one_version_fails_is_worth_confirming() -> None:
    lost = Outcome("r", failed="the process ended")
    runs = [
        *same(5), broken(10, [], old=500, new=200), broken(11, []), broken(12, [], old=500), run(13, answer(1), lost),
        run(14, answer(1), answer(1, status=500), answer(1, status=500)), broken(15, [], new=404),
    ]  # fmt: skip
    assert worth_confirming(runs) == ["r11", "r13", "r10"]
    assert worth_confirming([broken(n, []) for n in range(50)]) == [f"r{n}" for n in range(20)]
    assert worth_confirming([]) == []
    assert [fails(one) for one in (lost, answer(1), answer(1, status=404), answer(1, status=503))] == [
        True, False, False, True,
    ]  # fmt: skip


def test_a_comparison_can_be_written_as_json() -> None:
    runs = [*same(30), *(run(n, answer("\ud800"), Outcome("r", 500, body=b"\xff")) for n in range(20))]
    for said in (compare(runs, []), compare([], [])):
        written = json.loads(json.dumps(asdict(said), allow_nan=False))
        assert written["verdict"] == said.verdict and len(written["groups"]) == len(said.groups)
        json.dumps(asdict(said), ensure_ascii=False).encode()
