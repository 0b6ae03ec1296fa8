"""Words of the runtime socket: what stands in a command is a word, whatever is in it."""


def escape(text: str) -> str:
    """A word of a command, whatever is in it. Raises ValueError for what no command can hold."""
    if not text.isprintable():
        raise ValueError(f"the edge cannot be told {text!r}")
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(" ", "\\ ")
