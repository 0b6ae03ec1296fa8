"""What some server could read as another path, method or caller than the one that was granted: no call may hold it."""

import re

PATH = r"(//|\\|%2f|%5c|%00|%25(2e|2f|5c)|/(\.|%2e){1,2}([/;]|$))"
# Some servers read `_` as `-`.
FIELDS = (
    "^(stagedoor_.*|stagedoor-fault|upgrade|http2[-_]settings|x[-_]http[-_]method.*|x[-_]method[-_]override"
    "|x[-_]original[-_].*|x[-_]rewrite[-_]url|forwarded|x[-_]forwarded[-_].*|x[-_]real[-_]ip)$"
)
# What only the platform may say. A script hands on the request's id, its device, and how long there is time.
_PASSED_ON = "(request-id|device|remaining|special)"
CLAIMS = f"^stagedoor-(?!{_PASSED_ON}$)"
CLAIMS_AMONG = f"(^|,)stagedoor-(?!{_PASSED_ON}(,|$))"
_path, _fields, _claims = re.compile(PATH, re.IGNORECASE), re.compile(FIELDS, re.IGNORECASE), re.compile(CLAIMS, re.I)


def is_odd_path(path: str) -> bool:
    return _path.search(path) is not None


def is_odd_field(name: str) -> bool:
    return _fields.match(name) is not None or _claims.match(name) is not None
