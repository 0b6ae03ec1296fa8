"""What only standard input may say: a value that neither the command line nor a shell's history holds."""

import sys

from stagedoor.model.errors import Invalid


def read(prompt: str, command: str) -> str:
    """What came; the line's end that `echo` adds is not part of it. A person is asked by `prompt`. Raises Invalid."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(prompt)
    text = sys.stdin.buffer.read()
    try:
        value = text.decode()
    except UnicodeDecodeError:
        raise Invalid(
            "the value is no text", hint=f"encode it, as in `base64 < file | stagedoor {command} ...`"
        ) from None
    return value.removesuffix("\n") if value.count("\n") == 1 else value
