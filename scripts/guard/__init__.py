"""The guard: it owns the listening sockets of a Procfile's services and restarts what dies.

Data flows one way, and the packages show it::

    __main__ -> config -> rundir -> net -> processes (honcho's Popen on a PTY) -> the services
                          watching ---+           |-- output -> logs -> terminal, .guard/logs
                     api (control) ---+-> supervision <- exit (pid), health (HTTP, accept queue)
                                              |  core.state_machine.step(): no I/O, no clock
                                              |  diagnosis: why a service ended
                                              v
                                       core.snapshot -> api, standby, `status`

``pages`` are what ``api`` and ``standby`` show in a browser, over ``http``; ``logs.ring_buffer``,
``supervision.history`` and ``processes.resource_usage`` keep what the dashboard shows; ``attach``
lends a user's terminal to a service; ``doctor`` looks at all of it from outside, guard or no
guard. ``cli`` holds the commands, ``app`` runs the stack.

Which package may import which stands in ``.importlinter``. The guard knows nothing of the web
app: it runs any Procfile.
"""

__version__ = "0.1.0"
