"""Changes the settings while everything runs, after a save."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from ..config import settings
from ..config.current import CurrentConfig
from ..config.service import Service
from ..config.settings import Settings
from ..core.apart import apart
from ..core.errors import GuardError
from ..core.run_tag import RunTag
from ..health import listeners
from ..net.port_table import Ports
from ..processes.launcher import held_ports, self_binding
from ..rundir import directory
from ..supervision.supervisor import Supervisor
from . import findings


class Reload:
    """Reloads the files, one reload after the other, and not in the event loop."""

    def __init__(
        self,
        current: CurrentConfig,
        ports: Ports,
        supervisor: Supervisor,
        *,
        shell: Mapping[str, str],
        report: Callable[[str], None],
        tag: Callable[[str], RunTag],
    ) -> None:
        """`shell` is the environment that the guard was started in, `tag` a service's mark."""
        self._current = current
        self._ports = ports
        self._supervisor = supervisor
        self._shell = shell
        self._report = report
        self._tag = tag
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_refused = False

    def begin(self) -> None:
        """Read the files again and follow them; what is wrong with them is reported."""
        task = asyncio.get_running_loop().create_task(self._reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload(self) -> None:
        async with self._one_at_a_time:
            try:
                config = await self._read()
                self._put_in_force(config, await self._listened_on(config))
            except GuardError as error:
                self._is_refused = True
                self._report(
                    f"{error.message}\n  the stack runs on as it was until the file is saved again"
                    f"\n  fix: {error.fix}"
                )
            else:
                if self._is_refused:
                    self._report("what was saved is in force again")
                self._is_refused = False

    async def _read(self) -> Settings:
        """Read the files; raises `GuardError`."""
        old = self._current.get()
        try:
            return await apart(
                partial(
                    settings.load,
                    old.procfile,
                    old.named_env_files,
                    self._shell,
                    selection=old.selection,
                )
            )
        except GuardError as error:
            raise GuardError(error.message, "correct the above, and save it") from error

    async def _listened_on(self, config: Settings) -> set[int]:
        """Return the new ports on which the very service listens that is to have them.

        It listened elsewhere than it should, and what it listens on was made its port.
        """
        known = {service.port for service in self._current.get().services}
        running = self._supervisor.running()
        looked_at = [
            (service.port, running[service.name].pid, self._tag(service.name))
            for service in config.services
            if service.port is not None and service.port not in known and service.name in running
        ]
        return await apart(_of_themselves, looked_at)

    def _put_in_force(self, config: Settings, listened_on: set[int]) -> None:
        """Follow changed settings; raises `GuardError` if a new port is unavailable.

        New ports are bound before, old ones closed after what uses them has moved. One that a
        process of ours has bound for itself is bound once that has left.
        """
        old = self._current.get()
        config = self._lasting(config, old)
        ours = {service.port for service in old.services} | listened_on
        free = [(port, setting) for port, setting in self_binding(config) if port not in ours]
        bound = {port for port, _ in self_binding(old)} | listened_on
        new = {port: name for port, name in held_ports(config).items() if port not in bound}
        self._ports.hold(new, free=free)
        self._current.replace(config)
        self._supervisor.reconfigure(old)
        borrowed = {port for port, _ in self_binding(config)}
        self._ports.keep_only({*held_ports(config), *borrowed})

    def _lasting(self, config: Settings, old: Settings) -> Settings:
        """Keep what cannot change while we run, and say so."""
        if not directory.is_same(config.directory, old.directory):
            self._report("GUARD_DIR takes effect at the next start")
        if config.log_format is not old.log_format:
            self._report("GUARD_LOG takes effect at the next start")
        if config.log_time is not old.log_time:
            self._report("GUARD_LOG_TIME takes effect at the next start")
        return config._replace(
            directory=old.directory,
            log_format=old.log_format,
            log_time=old.log_time,
            log_prefix=old.log_prefix,
            colour=old.colour,
            dumb=old.dumb,
            selection=old.selection,
            guard_port=config.guard_port if _states_its_port(config) else old.guard_port,
            services=tuple(
                _as_left_out(findings.kept(service, old), old) for service in config.services
            ),
        )


def _of_themselves(looked_at: Iterable[tuple[int, int, RunTag]]) -> set[int]:
    return {port for port, leader, tag in looked_at if listeners.its_own(port, leader, tag)}


def _states_its_port(config: Settings) -> bool:
    return bool(config.environment.get("GUARD_PORT", "").strip())


def _as_left_out(service: Service, before: Settings) -> Service:
    """Leave out what was left out, and nothing more: only the user brings a line in."""
    known = before.find(service.name)
    return service if known is None else service._replace(left_out=known.left_out)
