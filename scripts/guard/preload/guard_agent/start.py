"""Where an interpreter of ours begins; what it becomes says its first argument.

``record-learn FD COMMAND ...`` and ``record-fork FD COMMAND ...`` are what ``$NAME_PRELOAD`` names;
``learn FD NAME ARGUMENTS ...`` is a fresh start of a program that tells what it imports; ``serve
FD`` is a forkserver. The last two end as the bottom of the program's stack: see `running`.
"""

from __future__ import annotations

import os
import sys

OLDEST = (3, 11)


def _find_ours() -> None:
    """Make this folder known as a package of a name that nobody else has."""
    own = os.path.dirname(os.path.abspath(__file__))
    if sys.path[:1] == [own]:  # not with -I, -P or $PYTHONSAFEPATH
        del sys.path[0]
    sys.path.insert(0, os.path.dirname(own))


if __name__ == "__main__":
    what, fd = sys.argv[1], int(sys.argv[2])
    if sys.version_info < OLDEST:  # too old for what follows: a fresh start is all that it gets
        if what == "learn":
            os.execv(sys.executable, [sys.executable, *sys.argv[4:]])
        sys.exit(1)
    _find_ours()
    __package__ = "guard_agent"
    if what.startswith("record"):
        from . import recorder

        recorder.record(what, fd, sys.argv[3:])
    else:
        from . import running

        if what == "serve":
            from . import forkserver

            name, arguments, story = forkserver.serve(fd)
        else:
            name, arguments, story = sys.argv[3], sys.argv[4:], fd
        running.prepare(name, arguments, story)
        running.run(arguments)
