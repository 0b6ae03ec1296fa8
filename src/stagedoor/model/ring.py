"""The size of the ring in which an instance records: node makes it, and telemetry reads no other."""

MIN_RING_BYTES = 65_536
HEAD_BYTES = 24


def ring_bytes(setting: int) -> int:
    """Returns the size of a ring's file for the setting `keep.ring`; 0: nothing is recorded."""
    return max(setting, MIN_RING_BYTES) if setting else 0


def max_record_bytes(size: int) -> int:
    """Returns the size of the largest record in a ring's file of `size`: several have room beside each other."""
    return (size - HEAD_BYTES) // 4
