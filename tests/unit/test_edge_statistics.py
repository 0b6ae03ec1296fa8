"""What HAProxy says of its servers, as `show stat` writes it."""

from stagedoor.haproxy.socket import read_statistics

SAID = '''# pxname,svname,status,last_chk,addr
s1,e0,UP,L7OK,127.0.0.1:7101
s1,e1,DOWN,"Layer4 connection problem, info: ""refused""",127.0.0.1:7102
s1,e2,DOWN 1/2,,127.0.0.1:7103

'''


def test_commas_and_quotes_in_a_reason_move_no_column() -> None:
    rows = read_statistics(SAID)
    assert [row["addr"] for row in rows] == ["127.0.0.1:7101", "127.0.0.1:7102", "127.0.0.1:7103"]
    assert rows[1]["last_chk"] == 'Layer4 connection problem, info: "refused"'


def test_no_rows_are_none() -> None:
    assert read_statistics("") == []
    assert read_statistics("# pxname,svname\n") == []
