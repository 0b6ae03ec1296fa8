"""Bodies of requests, as rules of a frontend: whole before anything waits for them, without fields behind them."""

from stagedoor.haproxy import errors

# A chunked body is known to be whole while it and its headers fill less than this part of a buffer: the proxy waits
# until it has the end or no room for more.
_WHOLE_SHARE = 2
_TIMEOUT_S = 10
CHUNKED = "{ req.hdr(transfer-encoding) -m found }"
# Most requests have no body: this comes first in each condition, so that nothing else is looked at.
_SOME = "{ req.body_len gt 0 }"


def wait_for_whole(condition: str = "") -> str:
    """Returns the rule that waits for the end of the body, or for a full buffer; 408 when neither comes in time."""
    return f"  http-request wait-for-body time {_TIMEOUT_S}s" + (f" if {condition}" if condition else "")


def give_length(buffer: int) -> list[str]:
    """Returns the rules that replace chunks by a length where the body is whole; `buffer` is its size in bytes."""
    whole = f"{_SOME} {CHUNKED} {{ req.body_len,add(txn.head) lt {buffer // _WHOLE_SHARE} }}"
    return [
        f"  http-request set-var(txn.head) req.hdrs,length if {_SOME} {CHUNKED}",
        f"  http-request set-header content-length %[req.body_len] if {whole}",
        f"  http-request del-header transfer-encoding if {whole}",
    ]


def refuse_chunked() -> str:
    """Returns the rule that refuses a chunked body that `give_length` could not give a length."""
    return f"  {errors.refusal('length')} if {CHUNKED}"


def bound_uploads(most: int, address: str, unless: str) -> list[str]:
    """Returns the rules that bound the bodies that one address sends at one time beyond what a buffer holds.

    Those have more to come than is here, or do not say how much: with chunks, or with frames of HTTP/2. `unless` ends
    the conditions.
    """
    return [
        "  acl streams req.hdr(transfer-encoding) -m found",
        f"  http-request set-var(txn.received) req.body_len if {_SOME}",
        "  acl streams req.hdr_val(content-length),sub(txn.received) gt 0",
        "  acl has_length req.hdr(content-length) -m found",
        f"  http-request track-sc1 {address} table uploads if {_SOME} streams{unless}",
        f"  http-request track-sc1 {address} table uploads if {_SOME} {{ fc_http_major 2 }} !has_length{unless}",
        f"  {errors.refusal('uploads')} if {_SOME} {{ sc1_conn_cur(uploads) gt {most} }}",
    ]
