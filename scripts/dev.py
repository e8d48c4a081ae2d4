"""What `make dev` and `make app` run: the guard, so that Ctrl-C ends in silence.

The terminal interrupts make as well, and make ends as interrupted by itself. Exit status 130 would
only make it complain (`*** [dev] Error 130`) about what the user has just asked for. Every other
status is passed on.
"""

import os
import sys

from scripts import TYPED, WORDS
from scripts.guard.__main__ import INTERRUPTED, main

if __name__ == "__main__":
    os.environ |= WORDS | TYPED | ({"GUARD_TYPED_START": "make app"} if "-f" in sys.argv else {})
    status = main(sys.argv[1:])
    sys.exit(0 if status == INTERRUPTED else status)
