"""A worker that ends some work before it leaves: it says so when asked to, and when it is done."""

import os
import signal
import sys
import time


def leave(*_: object) -> None:
    print("leaving", flush=True)
    time.sleep(float(os.environ.get("LEAVING_SECONDS", "0.5")))
    print("has left", flush=True)
    sys.exit(0)


def main() -> None:
    signal.signal(signal.SIGTERM, leave)
    print("working", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
