"""The supervisor over processes that are only acted, with a clock that the tests advance."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import RestartScope, Settings
from scripts.guard.core import events
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.process import Running
from scripts.guard.supervision.effects import Exited
from scripts.guard.supervision.supervisor import Supervisor
from tests.guard.views import WITH_A_PROCESS

NAMES = ("web", "api")
LINES = tuple(Service(name, "run") for name in NAMES)
KILLED = -9


@dataclass(eq=False)
class Actor:
    """A process of the play. It leaves when it is told to, unless it is stubborn."""

    name: str
    pid: int
    stubborn: bool = False
    alive: bool = True
    code: int = KILLED
    left: int = 0
    """For how many looks something of it is still there."""
    signals: list[signal.Signals] = field(default_factory=list)

    def signal(self, number: signal.Signals) -> None:
        self.signals.append(number)
        if number == signal.SIGKILL or not self.stubborn:
            self.alive = False

    def clear(self) -> bool:
        assert not self.alive
        self.left -= 1
        return self.left < 0

    def reap(self) -> int:
        assert not self.alive
        assert self.left < 0
        return self.code

    def group_alive(self) -> bool:
        return False

    def exit_descriptor(self) -> int | None:
        return None

    def await_exit(self, notify: Callable[[], None]) -> None:
        raise NotImplementedError


class Play:
    """A supervisor, its actors and its clock."""

    def __init__(
        self,
        restart_scope: RestartScope = RestartScope.PROCESS,
        *,
        transient: bool = True,
        lines: tuple[Service, ...] = LINES,
    ) -> None:
        self.now = 1000.0
        self.transient = transient
        self.kind = "crash"
        self.stubborn = False
        self.refuse: OSError | None = None
        self.actors: list[Actor] = []
        self.said: list[str] = []
        self.reads: dict[str, Callable[[], None]] = {}
        """Who is to leave and still reads what has come, and what tells that it was asked to."""
        self.reads_on = False
        self.unread = 0
        """For how many looks the last words of whoever has ended are not read."""
        here = Path("/nowhere")
        config = Settings(
            root=here,
            procfile=here / "Procfile",
            env_files=(here / ".env",),
            directory=here / ".guard",
            services=lines,
            restart_scope=restart_scope,
        )
        self.current = CurrentConfig(config)
        self.supervisor = Supervisor(
            self.current,
            launch=self.launch,
            has_read=self.has_read,
            explain=self.explain,
            drain=self.drain,
            report=self.said.append,
            clock=lambda: self.now,
        )

    def launch(self, service: Service, _exited: Exited) -> Actor:
        if self.refuse is not None:
            raise self.refuse
        assert not any(actor.alive and actor.name == service.name for actor in self.actors)
        actor = Actor(service.name, len(self.actors) + 1, stubborn=self.stubborn)
        self.actors.append(actor)
        return actor

    def has_read(self, _service: Service, _process: Running) -> bool:
        self.unread -= 1
        return self.unread < 0

    def drain(
        self, service: Service, process: Running, _state: State, asked: Callable[[], None]
    ) -> None:
        needed_by = [
            line.name for line in self.current.get().services if service.name in line.after
        ]
        leaving = [name for name in needed_by if self.state(name) is State.STOPPING]
        assert self.supervisor.running().keys().isdisjoint(leaving)
        if self.reads_on:
            self.reads[service.name] = asked
        else:
            process.signal(signal.SIGTERM)
            asked()

    def explain(self, service: Service, end: int | OSError) -> Cause:
        return Cause(self.kind, f"{service.name} ended ({end}).", "look", transient=self.transient)

    def state(self, name: str) -> State:
        view = self.supervisor.snapshot().service(name)
        assert view is not None
        return view.state

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.supervisor.tick()

    def reap_orphans(self) -> None:
        """Tell of every exit that has not been told of."""
        for name, running in self.supervisor.running().items():
            if isinstance(running, Actor) and not running.alive:
                self.supervisor.exited(name, running)

    def crash(self, name: str, code: int = KILLED) -> None:
        running = self.supervisor.running().get(name)
        if isinstance(running, Actor):
            running.alive, running.code = False, code
            self.supervisor.exited(name, running)

    def settle(self) -> None:
        """Let everything that is under way come to its end."""
        for _ in range(4):
            self.reap_orphans()
            self.pass_time(10)
        self.reap_orphans()

    def up(self) -> None:
        for name in NAMES:
            self.supervisor.send(name, events.Up())


def started(restart_scope: RestartScope = RestartScope.PROCESS, *, transient: bool = True) -> Play:
    play = Play(restart_scope, transient=transient)
    play.supervisor.start()
    play.up()
    return play


def test_a_crash_restarts_the_dead_alone_in_process_mode() -> None:
    play = started()
    play.crash("web")
    assert [actor.name for actor in play.actors] == ["web", "api", "web"]
    assert play.state("api") is State.READY


def test_a_crash_restarts_the_neighbours_too_in_stack_mode() -> None:
    play = started(RestartScope.STACK)
    play.crash("web")
    play.reap_orphans()
    assert [actor.name for actor in play.actors] == ["web", "api", "web", "api"]
    assert play.actors[1].signals == [signal.SIGTERM]


def test_a_death_that_cannot_heal_leaves_the_neighbours_alone_in_stack_mode() -> None:
    play = started(RestartScope.STACK, transient=False)
    play.crash("web")
    play.settle()
    assert play.state("web") is State.BROKEN
    assert [actor.name for actor in play.actors] == ["web", "api"]


def test_a_stopped_neighbour_stays_stopped_when_the_stack_is_restarted() -> None:
    play = started(RestartScope.STACK)
    play.supervisor.send("api", events.Stop())
    play.settle()
    play.crash("web")
    play.settle()
    assert play.state("api") is State.STOPPED


def test_a_planned_restart_concerns_one_process_even_in_stack_mode() -> None:
    play = started(RestartScope.STACK)
    play.supervisor.send("web", events.Restart())
    play.settle()
    assert [actor.name for actor in play.actors] == ["web", "api", "web"]


def test_the_status_names_the_cause_until_the_service_is_ready_again() -> None:
    play = started()
    play.crash("web")
    view = play.supervisor.snapshot().service("web")
    assert view is not None
    assert (view.state, view.restarts) == (State.STARTING, 1)
    assert view.cause is not None
    assert view.cause.sentence == "web ended (-9)."
    play.up()
    view = play.supervisor.snapshot().service("web")
    assert view is not None
    assert view.cause is None


def test_nobody_is_started_before_what_was_left_is_gone_and_the_last_words_are_read() -> None:
    play = started()
    web = play.actors[0]
    web.alive, web.left = False, 2
    play.unread = 2
    answers: list[bool] = []
    while not answers or not answers[-1]:
        assert len(play.actors) == len(NAMES)
        answers.append(play.supervisor.exited("web", web))
    assert answers == [False, False, False, False, True]
    assert [actor.name for actor in play.actors] == ["web", "api", "web"]


def test_the_last_words_of_who_was_asked_to_leave_are_not_waited_for() -> None:
    play = started()
    play.unread = 2
    play.supervisor.send("web", events.Stop())
    assert play.supervisor.exited("web", play.actors[0])
    assert play.state("web") is State.STOPPED


def test_a_launch_that_fails_is_a_death() -> None:
    play = Play()
    play.refuse = OSError("no more processes")
    play.supervisor.start()
    assert play.state("web") is State.BACKOFF
    play.refuse = None
    play.pass_time(1)
    assert play.state("web") is State.STARTING


def moved(play: Play, *services: Service) -> None:
    old = play.current.get()
    play.current.replace(old._replace(services=services))
    play.supervisor.reconfigure(old)


def test_a_service_waits_for_the_port_that_another_of_ours_still_has() -> None:
    play = Play()
    moved(play, Service("web", "run", port=1), Service("api", "run", port=2))
    play.supervisor.start()
    play.up()
    moved(play, Service("web", "run", port=2), Service("api", "run", port=3))
    play.supervisor.kill()
    web, api = play.supervisor.running().values()
    play.supervisor.exited("web", web)
    assert play.state("web") is State.STARTING
    assert set(play.supervisor.running()) == {"api"}
    play.supervisor.exited("api", api)
    assert set(play.supervisor.running()) == {"web", "api"}


def test_one_that_waits_for_its_port_can_be_stopped() -> None:
    play = Play()
    moved(play, Service("web", "run", port=1), Service("api", "run", port=2))
    play.supervisor.start()
    play.up()
    moved(play, Service("web", "run", port=2), Service("api", "run", port=2))
    play.crash("web")
    assert play.state("web") is State.STARTING
    play.supervisor.send("web", events.Stop())
    assert play.state("web") is State.STOPPED
    play.crash("api")
    assert "web" not in play.supervisor.running()


def test_leaving_stops_everything_and_starts_nothing_more() -> None:
    play = started()
    play.supervisor.leave()
    for name in NAMES:
        play.supervisor.send(name, events.Start())
    play.settle()
    assert play.supervisor.running() == {}
    assert len(play.actors) == len(NAMES)


def test_who_still_reads_is_not_killed_before_it_was_asked_to_leave() -> None:
    play = started()
    play.reads_on = True
    play.supervisor.send("web", events.Stop())
    play.pass_time(60)
    web = play.actors[0]
    assert web.signals == []
    web.stubborn = True
    play.reads["web"]()
    play.pass_time(4.9)
    assert web.signals == []
    play.pass_time(0.1)
    assert web.signals == [signal.SIGKILL]
    assert "web did not leave within 5 s of SIGTERM, and was killed" in play.said


ORDERED = (
    Service("db", "run"),
    Service("web", "run", after=("db",)),
    Service("cache", "run"),
    Service("api", "run", after=("web", "cache")),
)


def ordered() -> Play:
    play = Play(lines=ORDERED)
    play.supervisor.start()
    for line in ORDERED:
        play.supervisor.send(line.name, events.Up())
    assert play.supervisor.running().keys() == {line.name for line in ORDERED}
    return play


def asked_to_leave(play: Play) -> set[str]:
    return {actor.name for actor in play.actors if signal.SIGTERM in actor.signals}


def test_who_is_needed_leaves_after_those_that_need_it() -> None:
    play = ordered()
    play.supervisor.leave()
    assert asked_to_leave(play) == {"api"}
    play.reap_orphans()
    assert asked_to_leave(play) == {"api", "web", "cache"}
    play.reap_orphans()
    assert asked_to_leave(play) == {line.name for line in ORDERED}
    play.reap_orphans()
    assert play.supervisor.running() == {}


def test_who_needs_another_and_hangs_keeps_it_up_for_its_own_grace_alone() -> None:
    play = ordered()
    play.actors[-1].stubborn = True
    play.supervisor.leave()
    play.pass_time(5)
    assert play.actors[-1].signals == [signal.SIGTERM, signal.SIGKILL]
    for _ in ORDERED:
        play.reap_orphans()
    assert play.supervisor.running() == {}
    assert all(signal.SIGKILL not in actor.signals for actor in play.actors[:-1])


def test_what_is_needed_and_ends_by_itself_meanwhile_has_ended() -> None:
    play = ordered()
    play.supervisor.leave()
    play.crash("db")
    assert play.state("db") is State.STOPPED
    play.settle()
    assert play.supervisor.running() == {}
    assert len(play.actors) == len(ORDERED)


def test_a_second_wish_to_leave_waits_for_nobody() -> None:
    play = ordered()
    play.supervisor.leave()
    play.supervisor.kill()
    play.reap_orphans()
    assert play.supervisor.running() == {}
    assert {view.state for view in play.supervisor.snapshot().services} == {State.STOPPED}


def test_a_restart_of_everything_has_that_order_too() -> None:
    play = ordered()
    play.supervisor.restart_all()
    assert asked_to_leave(play) == {"api"}
    for _ in range(len(ORDERED) + 1):
        play.reap_orphans()
        for name in play.supervisor.running():
            play.supervisor.send(name, events.Up())
    assert {view.state for view in play.supervisor.snapshot().services} == {State.READY}
    assert [actor.name for actor in play.actors[len(ORDERED) :]] in (
        ["cache", "db", "web", "api"],
        ["db", "cache", "web", "api"],
        ["db", "web", "cache", "api"],
    )


def test_who_is_stopped_alone_waits_for_nobody_who_runs_on() -> None:
    play = ordered()
    play.supervisor.send("db", events.Stop())
    assert asked_to_leave(play) == {"db"}


def test_a_line_that_is_gone_keeps_nobody_up_and_is_waited_for_by_nobody() -> None:
    """The others say by now that they come after it; two would wait for each other."""
    play = Play(lines=(Service("db", "run"), Service("web", "run", after=("db",))))
    play.stubborn = True
    play.supervisor.start()
    play.supervisor.send("db", events.Up())
    play.supervisor.send("web", events.Up())
    moved(play, Service("db", "run"))
    moved(play, Service("db", "run", after=("x",)), Service("x", "run"))
    play.supervisor.leave()
    play.settle()
    assert play.supervisor.running() == {}


def test_an_event_for_an_unknown_service_is_an_error() -> None:
    with pytest.raises(KeyError):
        started().supervisor.send("db", events.Start())


WISHES: dict[str, events.Event] = {
    "start": events.Start(),
    "stop": events.Stop(),
    "restart": events.Restart(),
}
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(sorted(WISHES)), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(["crash", "up", "hung", "save"]), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(["bury", "wait", "stubborn", "meek"]), st.just("")),
)


@pytest.mark.fault(row="F23")
@settings(max_examples=300)
@given(
    restart_scope=st.sampled_from(RestartScope),
    transient=st.booleans(),
    history=st.lists(ACTIONS, max_size=40),
)
def test_in_any_history_there_is_one_instance_and_the_last_wish_wins(
    *, restart_scope: RestartScope, transient: bool, history: list[tuple[str, str]]
) -> None:
    play = Play(restart_scope, transient=transient)
    play.supervisor.start()
    wishes = dict.fromkeys(NAMES, "start")
    for action, name in history:
        perform(play, action, name)  # `Play.launch` asserts that there is no second instance
        if action in WISHES:
            wishes[name] = action
        for service in NAMES:
            assert (play.state(service) in WITH_A_PROCESS) == (service in play.supervisor.running())
    play.settle()
    for name, action in wishes.items():
        running = name in play.supervisor.running()
        if action == "stop":
            assert (play.state(name), running) == (State.STOPPED, False)
        else:
            assert running or play.state(name) is State.BROKEN


def perform(play: Play, action: str, name: str) -> None:
    hung = Cause("hung", "It hung.", "look", transient=True)
    if action in WISHES:
        play.supervisor.send(name, WISHES[action])
    match action:
        case "crash":
            play.crash(name)
        case "up":
            play.supervisor.send(name, events.Up())
        case "hung":
            play.supervisor.hung(name, hung)
        case "save":
            play.supervisor.send(name, events.Saved(reload=True))
        case "bury":
            play.reap_orphans()
        case "wait":
            play.pass_time(1)
        case "stubborn" | "meek":
            play.stubborn = action == "stubborn"


def test_a_neighbour_that_is_still_starting_is_left_alone() -> None:
    play = Play(RestartScope.STACK)
    play.supervisor.start()
    play.crash("web")
    play.settle()
    assert [actor.name for actor in play.actors] == ["web", "api", "web"]


def test_what_crashed_for_want_of_another_starts_when_that_is_up_and_restarts_nobody() -> None:
    play = Play(RestartScope.STACK)
    play.kind = "dependency-down"
    play.supervisor.start()
    for _ in range(10):
        play.crash("web")
        play.pass_time(4)
    play.crash("web")
    assert (play.state("web"), play.state("api")) == (State.BACKOFF, State.STARTING)
    play.supervisor.send("api", events.Up())
    assert (play.state("web"), play.state("api")) == (State.STARTING, State.READY)
    assert sum(actor.name == "api" for actor in play.actors) == 1


def test_a_line_that_ends_as_it_should_has_finished_and_disturbs_nobody() -> None:
    play = Play(
        RestartScope.STACK, lines=(Service("seed", "run", once=True), Service("web", "run"))
    )
    play.supervisor.start()
    play.supervisor.send("web", events.Up())
    play.crash("seed", code=0)
    play.settle()
    assert (play.state("seed"), play.state("web")) == (State.FINISHED, State.READY)
    assert [actor.name for actor in play.actors] == ["seed", "web"]


def test_a_line_that_should_end_well_and_fails_is_broken_and_not_run_again() -> None:
    play = Play(lines=(Service("seed", "run", once=True),))
    play.supervisor.start()
    play.crash("seed", code=1)
    play.settle()
    assert play.state("seed") is State.BROKEN
    assert len(play.actors) == 1


def test_how_a_line_is_said_to_be_meant_to_end_is_told_at_its_first_end() -> None:
    """Not after five more, each of which has done its work again."""
    play = Play(lines=(Service("seed", "run"),))
    play.kind = "ended"
    play.supervisor.start()
    play.crash("seed", code=0)
    assert play.said == ["seed: seed ended (0). Restarting.", "  fix: look"]
    play.crash("seed", code=0)
    assert play.said[2:] == ["seed: seed ended (0). Restarting in 0.25 s."]


@pytest.mark.parametrize("finishes", [True, False])
def test_a_line_waits_for_those_it_comes_after(finishes: bool) -> None:  # noqa: FBT001
    first = Service("db", "run", once=finishes)
    play = Play(lines=(Service("web", "run", after=("db",)), first))
    play.supervisor.start()
    assert [actor.name for actor in play.actors] == ["db"]
    web = play.supervisor.snapshot().service("web")
    assert web is not None
    assert (web.state, web.waits_for) == (State.STARTING, ("db",))
    if finishes:
        play.crash("db", code=0)
    else:
        play.supervisor.send("db", events.Up())
    assert [actor.name for actor in play.actors] == ["db", "web"]
    web = play.supervisor.snapshot().service("web")
    assert web is not None
    assert web.waits_for == ()


def test_a_line_that_waits_can_be_stopped() -> None:
    play = Play(lines=(Service("web", "run", after=("db",)), Service("db", "run")))
    play.supervisor.start()
    play.supervisor.send("web", events.Stop())
    assert play.state("web") is State.STOPPED
    play.supervisor.send("db", events.Up())
    assert [actor.name for actor in play.actors] == ["db"]


@pytest.mark.parametrize("is_gone", [False, True], ids=["no setting names it", "its line is gone"])
def test_who_waits_in_vain_is_started_once_the_settings_ask_for_it_no_more(
    is_gone: bool,  # noqa: FBT001
) -> None:
    web, db = Service("web", "run", after=("db",)), Service("db", "run", once=True)
    play = Play(lines=(web, db))
    play.supervisor.start()
    play.crash("db", code=1)
    assert play.state("db") is State.BROKEN
    old = play.current.get()
    free = web._replace(after=())
    play.current.replace(old._replace(services=(free,) if is_gone else (free, db)))
    play.supervisor.reconfigure(old)
    assert [actor.name for actor in play.actors] == ["db", "web"]
    view = play.supervisor.snapshot().service("web")
    assert view is not None
    assert view.waits_for == ()


def test_changed_settings_do_not_run_again_what_has_finished() -> None:
    line = Service("seed", "run", once=True)
    play = Play(lines=(line,))
    play.supervisor.start()
    play.crash("seed", code=0)
    old = play.current.get()
    play.current.replace(old._replace(environment={"A": "2"}))
    play.supervisor.reconfigure(old)
    assert play.state("seed") is State.FINISHED
    old = play.current.get()
    play.current.replace(old._replace(services=(line._replace(command="other"),)))
    play.supervisor.reconfigure(old)
    assert play.state("seed") is State.STARTING
