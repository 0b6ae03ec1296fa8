"""Lines of instances: what one may say, and how much is read of it when."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor import untrusted
from stagedoor.decide import disk, output
from stagedoor.oci.output import lines

NOW, BORN = 2000.0, 1000.0


def stored(text: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(lines.store(text, NOW, BORN).content)
    return fields


# A line


def test_what_a_script_prints_is_a_line_with_a_time() -> None:
    assert stored(b"plain") == {"at": NOW, "level": "print", "message": "plain"}
    assert stored(b'{"a": 1}') == {"at": NOW, "level": "print", "message": '{"a": 1}'}


def test_a_structured_line_keeps_what_it_says() -> None:
    line = {"at": 1500.5, "level": "warning", "message": "slow", "request_id": "r1", "rows": [1, {"a": None}]}
    assert stored(json.dumps(line).encode()) == line
    assert stored(b'{"message": "half \\ud800"}')["message"] == "half \ud800"
    ours = {"at": 1500.0, "level": "warning", "message": "lost", "event": "request_lost"}
    assert stored(json.dumps(ours).encode()) == ours


@pytest.mark.parametrize(
    "claim",
    [
        {"level": "platform"}, {"level": "platform", "event": "ended", "cause": "the operator"},
        {"level": "info", "event": "ended", "cause": "the operator"}, {"event": "throttled"}, {"event": "forged"},
    ],
)  # fmt: skip
def test_what_only_the_platform_says_is_taken_off_and_counted(claim: dict[str, str]) -> None:
    line = lines.store(json.dumps({"message": "m", **claim}).encode(), NOW, BORN)
    assert line.forged
    assert json.loads(line.content) == {"message": "m", "at": NOW, "level": "info"}


def test_a_line_never_says_where_it_comes_from() -> None:
    line = stored(b'{"message": "m", "level": "info", "instance": "i0", "application": "other"}')
    assert line == {"at": NOW, "level": "info", "message": "m"}


@pytest.mark.parametrize("at", [0, -1, BORN - 1, NOW + 2, 1e300, "1500", True, None, [1]])
def test_a_time_lies_between_the_birth_of_the_instance_and_now(at: object) -> None:
    assert stored(json.dumps({"message": "m", "at": at}).encode())["at"] == NOW


@pytest.mark.parametrize("level", ["Platform", "PLATFORM", "platform ", "loud", 5, None, ["platform"]])
def test_a_level_that_nobody_knows_becomes_info(level: object) -> None:
    assert stored(json.dumps({"message": "m", "level": level}).encode())["level"] == "info"


@given(st.binary(max_size=300))
def test_whatever_is_written_is_one_line_of_json_that_is_not_the_platforms(text: bytes) -> None:
    content = lines.store(text.replace(b"\n", b""), NOW, BORN).content
    assert content.endswith(b"\n") and content.count(b"\n") == 1
    assert json.loads(content)["level"] in lines.LEVELS


@pytest.mark.parametrize("levels", [31, 32, 33, 900, 20_000])
@pytest.mark.parametrize("key", [b"d", b"message", b"at", b"level"])
def test_deep_nesting_is_text_and_reaches_no_decoder(levels: int, key: bytes) -> None:
    nested = b"[" * (levels - 1) + b"]" * (levels - 1)
    outcomes: list[dict[str, Any]] = []

    def store() -> None:
        outcomes.append(stored(b'{"message": "x", "%s": %s}' % (key, nested)))
        outcomes.append(stored(b'{"message": "x", "a": %s' % nested))

    # With a stack as small as a program may have: it ends the whole test run when anything recurses.
    before = threading.stack_size(262_144)
    thread = threading.Thread(target=store)
    thread.start()
    threading.stack_size(before)
    thread.join()
    whole, cut = outcomes
    assert (whole["level"] == "print") == (levels > 32 or key == b"message")
    assert cut["level"] == "print"


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ('{"a": "' + "[" * 100 + '"}', False), ('{"a": "\\\\' + "[" * 100 + '"}', False),
        ('{"a": "\\"' + "[" * 100 + '"}', False), ('["\\\\", ' + "[" * 40, True), ("[]" * 100, False), ("[" * 33, True),
        ('{"a":' * 33, True), ('"' + "\\" * 99_999, False), ("\\" + '"\\' * 30_000 + "[" * 40, False),
    ],
)  # fmt: skip
def test_brackets_count_outside_of_texts_alone(text: str, deep: bool) -> None:
    assert untrusted.nests_too_deep(text) == deep == untrusted.nests_too_deep(text.encode())


def test_no_other_encoding_hides_brackets() -> None:
    hidden = '{"\u2200": ' + "[" * 50 + "]" * 50 + "}"
    with pytest.raises(ValueError, match="nests deeper than 32"):
        untrusted.decode_json(hidden)
    for encoding in ("utf-16-le", "utf-32-be"):
        with pytest.raises(ValueError):
            untrusted.decode_json(hidden.encode(encoding))
    assert untrusted.decode_json('{"\u2200": [1]}'.encode()) == {"\u2200": [1]}


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_nests_little_is_decoded(value: object) -> None:
    def depth(part: object) -> int:
        parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else None
        return 0 if parts is None else 1 + max(map(depth, parts), default=0)

    text = json.dumps(value, ensure_ascii=False)
    for levels in range(6):
        assert untrusted.nests_too_deep(text, levels) == (depth(value) > levels)
    assert untrusted.decode_json(text) == value


# How much is read


def test_a_flood_is_read_at_its_rate_after_a_burst() -> None:
    budget = output.begin(0.0, 1000)
    assert budget.left == 2000
    budget = output.spend(budget, 2500, 1)
    assert output.pause(budget, 1000) == pytest.approx(0.532)
    assert output.earn(budget, 0.6, 1000).left == pytest.approx(68)
    assert output.earn(budget, 100.0, 1000).left == 2000
    assert output.begin(0.0, 0).left == 2 * output.UNLIMITED_RATE


def test_short_lines_cost_more_than_their_bytes() -> None:
    budget = output.begin(0.0, 1000)
    assert output.spend(budget, 100, 50).left == 2000 - 100 - 50 * output.LINE_COST


def test_logs_stop_before_the_disk_is_full_and_go_on_with_some_room() -> None:
    total = 10_000_000_000
    assert disk.reserve(total) == 500_000_000
    assert disk.judge_logs(total, 500_000_000, writes_logs=True).writes_logs
    full = disk.judge_logs(total, 499_999_999, writes_logs=True)
    assert not full.writes_logs and "500000000 are kept in reserve" in full.reason
    assert not disk.judge_logs(total, 600_000_000, writes_logs=False).writes_logs
    assert disk.judge_logs(total, 625_000_000, writes_logs=False).writes_logs
    assert disk.reserve(100_000_000) == 64_000_000 and disk.reserve(10**14) == 10**9
