"""Bodies of requests, as rules of a frontend: whole before anything waits for them, without fields behind them."""

from stagedoor.haproxy import errors

# A chunked body is known to be whole while it and its headers fill less than this part of a buffer: the proxy waits
# until it has the end or no room for more.
_WHOLE_SHARE = 2
_CHUNKED = "{ req.hdr(transfer-encoding) -m found }"


def wait_for_whole(seconds: int, condition: str = "") -> str:
    """Returns the rule that waits for the end of the body, or for a full buffer; 408 when neither comes in time."""
    return f"  http-request wait-for-body time {seconds}s" + (f" if {condition}" if condition else "")


def give_length(buffer: int) -> list[str]:
    """Returns the rules that replace chunks by a length where the body is whole; `buffer` is its size in bytes."""
    bound = buffer // _WHOLE_SHARE
    whole = f"{{ req.hdrs,length,add(txn.body) lt {bound} }}"
    return [
        f"  http-request set-var(txn.body) req.body_len if {_CHUNKED}",
        f"  http-request set-var(txn.whole) bool(true) if {_CHUNKED} {whole}",
        "  http-request set-header content-length %[var(txn.body)] if { var(txn.whole) -m found }",
        "  http-request del-header transfer-encoding if { var(txn.whole) -m found }",
    ]


def refuse_chunked() -> str:
    """Returns the rule that refuses a chunked body that `give_length` could not give a length."""
    return f"  {errors.refusal('length')} if {_CHUNKED}"


def bound_uploads(most: int, address: str, *, trusted: bool) -> list[str]:
    """Returns the rules that bound the bodies that one address sends at one time beyond what a buffer holds."""
    unless = " !trusted" if trusted else ""
    return [
        "  http-request set-var(txn.received) req.body_len",
        "  http-request set-var(txn.streams) bool(true) if { req.hdr_val(content-length),sub(txn.received) gt 0 }",
        f"  http-request set-var(txn.streams) bool(true) if {_CHUNKED}",
        "  http-request set-var(txn.streams) bool(true) if { fc_http_major 2 } { var(txn.received) -m int gt 0 }"
        " !{ req.hdr(content-length) -m found }",
        f"  http-request track-sc1 {address} table uploads if {{ var(txn.streams) -m found }}{unless}",
        f"  {errors.refusal('uploads')} if {{ var(txn.streams) -m found }} {{ sc1_conn_cur(uploads) gt {most} }}",
    ]
