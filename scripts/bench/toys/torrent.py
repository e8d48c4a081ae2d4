"""Write so many MB of lines as fast as they are taken: ``torrent.py MEGABYTES GO-FILE``."""

import os
import sys
import time
from pathlib import Path

LINE = b"x" * 99 + b"\n"
CHUNK = LINE * 10_000  # a megabyte


def main() -> None:
    """Wait for the file that says go; make another beside it when all is written."""
    go = Path(sys.argv[2])
    while not go.exists():
        time.sleep(0.01)
    for _ in range(int(sys.argv[1])):
        rest = memoryview(CHUNK)
        while rest:
            rest = rest[os.write(1, rest) :]
    go.with_suffix(".done").touch()
    time.sleep(600)  # an end would be one more thing to handle


if __name__ == "__main__":
    main()
