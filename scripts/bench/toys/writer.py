"""Write numbered lines of 100 bytes as fast as they are taken: ``writer.py NAME LINES GO-FILE``."""

import os
import sys
import time
from pathlib import Path

CHUNK_BYTES = 64 * 1024


def main() -> None:
    """Get everything ready, say so, and wait for the file that says go."""
    name, count, go = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    text = b"".join(line(name, number) for number in range(count))
    sys.stdout.write(f"{name} is ready\n")
    sys.stdout.flush()
    while not go.exists():
        time.sleep(0.001)
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(1, rest[:CHUNK_BYTES]) :]
    time.sleep(600)  # an end would be one more thing to handle


def line(name: str, number: int) -> bytes:
    """Return one line of 100 bytes."""
    head = f"{name} {number:06} "
    return (head + "x" * (99 - len(head)) + "\n").encode()


if __name__ == "__main__":
    main()
