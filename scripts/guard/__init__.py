"""The guard: it owns the listening sockets of a Procfile's services and relaunches what dies.

Data flows one way, and the files show it::

    __main__ -> config -> lease -> net -> processes (honcho's Popen on a PTY) -> the services
                             watch ---+           |-- output -> logs -> terminal, .guard/logs
                           serving ---+-> supervisor <- exit (pid), liveness (HTTP, accept queue)
                                              |  states.step(): pure, no I/O, no clock
                                              |  deaths: what an end is put down to
                                              v
                                           status -> serving (control API, standby), `status`

``pages`` are what ``serving`` shows in a browser; ``logs.feed``, ``history`` and
``processes.usage`` keep what the dashboard shows; ``attaching`` lends a user's terminal to a
service; ``doctor`` looks at all of it from outside, guard or no guard.

``runtime`` joins them in order, ``stack`` and ``loop`` are what runs. The guard knows nothing of
the web app: it runs any Procfile.
"""

from __future__ import annotations


class GuardError(Exception):
    """An expected failure, told to the user without a traceback; the exit code is 1.

    ``message`` says what happened, with the value, and the likely cause; ``fix`` is the exact next
    command or edit.
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
