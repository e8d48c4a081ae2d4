"""Write lines in two halves, a moment apart, while others write fast: ``halves.py GO-FILE``."""

import os
import sys
import time
from pathlib import Path

HALVES = (b"half of ", b"a line\n")
APART_SECONDS = 0.02
SECONDS = 3.0  # longer than the others take


def main() -> None:
    """Wait for the file that says go, and write for so long."""
    go = Path(sys.argv[1])
    while not go.exists():
        time.sleep(0.001)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for half in HALVES:
            os.write(1, half)
            time.sleep(APART_SECONDS)
    time.sleep(600)  # an end would be one more thing to handle


if __name__ == "__main__":
    main()
