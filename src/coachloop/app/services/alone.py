"""One at a time at a file."""

import fcntl
from typing import BinaryIO


def is_alone(file: BinaryIO) -> bool:
    """Whether nobody else is at this open file, from now until it is closed; it goes with the process that has it, however that ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
