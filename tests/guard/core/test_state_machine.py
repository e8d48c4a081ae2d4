"""The state table as a specification: what happens, in the light of where a service stands."""

import itertools
from dataclasses import replace

import pytest

from scripts.guard.core.cause import Cause
from scripts.guard.core.events import (
    Asked,
    Due,
    Event,
    Exited,
    Hung,
    PortLost,
    Restart,
    Saved,
    Start,
    Stop,
    Up,
)
from scripts.guard.core.phases import (
    Backoff,
    Broken,
    Finished,
    Phase,
    Ready,
    Service,
    Starting,
    State,
    Stopped,
    Stopping,
    Unhealthy,
)
from scripts.guard.core.state_machine import (
    RESTART_DELAYS,
    RESTART_LIMIT,
    STABLE_AFTER,
    TRANSITIONS,
    Effect,
    Trigger,
    deadline,
    step,
)
from tests.guard.views import WITH_A_PROCESS

CRASH = Cause("crash", "It crashed.", "mend it", transient=True)
SYNTAX = Cause("syntax-error", "A file has a syntax error.", "mend line 3", transient=False)
ABSENT = Cause("dependency-down", "It needs a server.", "start it", transient=True)
SILENT = Cause("port-lost", "Nobody listens.", "correct it", transient=True)
FROZEN = Cause("hung", "It hung.", "look", transient=True)
NOW = 100.0

PHASES: dict[State, Phase] = {
    State.STOPPED: Stopped(),
    State.STARTING: Starting(),
    State.READY: Ready(since=NOW),
    State.UNHEALTHY: Unhealthy(FROZEN),
    State.STOPPING: Stopping(restart_after=False, kill_at=NOW + 5),
    State.BACKOFF: Backoff(retry_at=NOW + 1, cause=CRASH),
    State.BROKEN: Broken(SYNTAX),
    State.FINISHED: Finished(),
}
EVENTS: tuple[Event, ...] = (
    Start(), Stop(), Restart(), Saved(reload=True), Saved(reload=False), Up(), Hung(FROZEN),
    PortLost(SILENT), Asked(),
    Exited(CRASH), Exited(SYNTAX), Exited(CRASH, finished=True), Due(),
)  # fmt: skip
PAIRS = tuple(itertools.product(State, EVENTS))


def after(phase: Phase, *events: Event, at: float = NOW) -> Service:
    service = Service(phase)
    for event in events:
        service, _ = step(service, event, at)
    return service


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_no_event_in_any_state_starts_a_second_process(state: State, event: Event) -> None:
    service = Service(PHASES[state])
    after_it, effects = step(service, event, NOW)
    if Effect.SPAWN in effects:
        gone = isinstance(event, Exited)
        assert gone or state not in WITH_A_PROCESS
        assert after_it.state is State.STARTING


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_no_event_in_any_state_leaves_a_process_that_nobody_minds(
    state: State, event: Event
) -> None:
    after_it, _ = step(Service(PHASES[state]), event, NOW)
    if state in WITH_A_PROCESS and not isinstance(event, Exited):
        assert after_it.state in WITH_A_PROCESS


def test_every_state_can_be_left_by_stop_and_by_start_or_restart() -> None:
    for state, ways in TRANSITIONS.items():
        assert state is State.STOPPED or Trigger.STOP in ways
        assert Trigger.RESTART in ways


def test_every_signal_leads_somewhere() -> None:
    used = {signal for ways in TRANSITIONS.values() for signal in ways}
    assert used == set(Trigger)


def test_a_first_death_is_followed_by_a_restart_at_once() -> None:
    service = after(Ready(since=NOW), Exited(CRASH))
    assert service.phase == Backoff(retry_at=NOW, cause=CRASH)
    service, effects = step(service, Due(), NOW)
    assert (service.phase, effects) == (Starting(), (Effect.SPAWN,))


def test_the_delays_grow_and_the_sixth_death_in_thirty_seconds_breaks_the_circuit() -> None:
    service, now, delays = Service(Starting()), NOW, []
    for _ in range(RESTART_LIMIT):
        service, _ = step(service, Exited(CRASH), now)
        assert isinstance(service.phase, Backoff)
        delays.append(service.phase.retry_at - now)
        now = service.phase.retry_at
        service, effects = step(service, Due(), now)
        assert effects == (Effect.SPAWN,)
    assert delays == pytest.approx(RESTART_DELAYS[:RESTART_LIMIT])
    service, effects = step(service, Exited(CRASH), now)
    assert (service.phase, effects) == (Broken(CRASH), ())


def test_deaths_that_are_far_apart_are_each_followed_by_a_restart_at_once() -> None:
    service = Service(Starting())
    for minute in range(20):
        now = NOW + 60 * minute
        service, _ = step(service, Exited(CRASH), now)
        assert service.phase == Backoff(retry_at=now, cause=CRASH)
        service, _ = step(service, Due(), now)


def test_ten_seconds_of_ready_wipe_out_earlier_deaths() -> None:
    service = Service(Ready(since=NOW), crashes=(NOW,) * RESTART_LIMIT)
    late, _ = step(service, Exited(CRASH), NOW + STABLE_AFTER)
    assert late.state is State.BACKOFF
    early, _ = step(service, Exited(CRASH), NOW + STABLE_AFTER - 0.1)
    assert early.state is State.BROKEN


def test_what_cannot_heal_is_not_tried_again() -> None:
    assert after(Starting(), Exited(SYNTAX)).phase == Broken(SYNTAX)


@pytest.mark.parametrize(
    "event", [Start(), Restart(), Saved(reload=True), Saved(reload=False)], ids=repr
)
def test_a_wish_or_a_saved_file_closes_the_circuit_on_trial(event: Event) -> None:
    service, effects = step(Service(Broken(SYNTAX)), event, NOW)
    assert (service.phase, effects) == (Starting(), (Effect.SPAWN,))


def test_a_trial_after_a_crash_loop_that_fails_breaks_the_circuit_at_once() -> None:
    tired = Service(Broken(CRASH), crashes=(NOW,) * (RESTART_LIMIT + 1))
    service, _ = step(tired, Saved(reload=True), NOW + 1)
    service, _ = step(service, Exited(CRASH), NOW + 2)
    assert service.state is State.BROKEN


def test_the_users_wish_forgives_all_earlier_deaths() -> None:
    tired = Service(Broken(CRASH), crashes=(NOW,) * (RESTART_LIMIT + 1))
    service, _ = step(tired, Restart(), NOW + 1)
    service, _ = step(service, Exited(CRASH), NOW + 2)
    assert service.state is State.BACKOFF


def test_a_save_does_not_start_what_was_stopped() -> None:
    assert step(Service(Stopped()), Saved(reload=True), NOW) == (Service(Stopped()), ())


def test_a_save_that_only_revives_leaves_a_running_process_alone() -> None:
    ready = Service(Ready(since=NOW))
    assert step(ready, Saved(reload=False), NOW) == (ready, ())


def test_a_restart_waits_for_the_old_process_to_go() -> None:
    service, effects = step(Service(Ready(since=NOW), grace=5), Restart(), NOW)
    assert service.phase == Stopping(restart_after=True)
    assert effects == (Effect.TERMINATE,)
    service, effects = step(service, Exited(CRASH), NOW + 1)
    assert (service.phase, effects) == (Starting(), (Effect.SPAWN,))


def test_the_grace_begins_when_a_process_is_asked_to_leave() -> None:
    service, _ = step(Service(Ready(since=NOW), grace=5), Stop(), NOW)
    assert deadline(service) is None
    service, effects = step(service, Asked(), NOW + 60)
    assert effects == ()
    assert deadline(service) == NOW + 65
    service, _ = step(service, Restart(), NOW + 61)
    assert service.phase == Stopping(restart_after=True, kill_at=NOW + 65)


def test_who_does_not_leave_within_the_grace_is_killed_once() -> None:
    service = Service(Stopping(restart_after=False, kill_at=NOW))
    service, effects = step(service, Due(), NOW)
    assert effects == (Effect.KILL,)
    assert deadline(service) is None
    service, effects = step(service, Exited(CRASH), NOW)
    assert (service.phase, effects) == (Stopped(), ())


def test_the_last_wish_wins_while_a_process_leaves() -> None:
    leaving = replace(Service(), phase=Stopping(restart_after=False, kill_at=NOW + 5))
    for wishes, state in (
        ((Start(),), State.STARTING),
        ((Start(), Stop()), State.STOPPED),
        ((Stop(), Restart()), State.STARTING),
    ):
        service = leaving
        for action in (*wishes, Exited(CRASH)):
            service, _ = step(service, action, NOW)
        assert service.state is state


def test_a_hung_process_is_killed_and_its_restart_names_the_hang() -> None:
    service, effects = step(Service(Ready(since=NOW)), Hung(FROZEN), NOW)
    assert (service.phase, effects) == (Unhealthy(FROZEN), (Effect.KILL,))
    service, _ = step(service, Exited(CRASH), NOW)
    assert service.phase == Backoff(retry_at=NOW, cause=FROZEN)


def test_a_late_answer_of_a_process_that_is_leaving_changes_nothing() -> None:
    leaving = Service(Stopping(restart_after=False, kill_at=NOW))
    assert step(leaving, Up(), NOW) == (leaving, ())


@pytest.mark.parametrize("phase", [Starting(), Ready(since=NOW)])
def test_what_has_done_what_it_was_for_is_finished_and_not_run_again(phase: Phase) -> None:
    service = Service(phase, once=True)
    service, effects = step(service, Exited(CRASH, finished=True), NOW)
    assert (service.state, effects) == (State.FINISHED, ())
    assert deadline(service) is None
    service, effects = step(service, Saved(reload=False), NOW)
    assert (service.state, effects) == (State.FINISHED, ())
    service, effects = step(service, Restart(), NOW)
    assert (service.state, effects) == (State.STARTING, (Effect.SPAWN,))


def test_what_is_meant_to_end_and_fails_is_broken_at_once() -> None:
    service, _ = step(Service(Starting(), once=True), Exited(CRASH), NOW)
    assert service.state is State.BROKEN
    assert service.cause == CRASH


def test_crashes_for_want_of_another_never_count_and_are_retried_ever_less_often() -> None:
    service = Service(Starting())
    delays = []
    now = NOW
    for _ in range(7):
        service, _ = step(service, Exited(ABSENT), now)
        assert service.state is State.BACKOFF
        at = deadline(service)
        assert at is not None
        delays.append(at - now)
        now = at
        service, _ = step(service, Due(), now)
    assert delays == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]
    for _ in range(5):
        service, _ = step(service, Exited(CRASH), now)
        assert service.state is State.BACKOFF
        service, _ = step(service, Due(), now)
    service, _ = step(service, Exited(CRASH), now)
    assert service.state is State.BROKEN


def test_what_has_lost_its_port_is_awaited_and_no_second_process_is_started() -> None:
    service, effects = step(Service(Ready(since=NOW)), PortLost(SILENT), NOW)
    assert (service.state, service.cause, effects) == (State.STARTING, SILENT, ())
    service, effects = step(service, Up(), NOW)
    assert (service.state, service.cause, effects) == (State.READY, None, ())


def test_who_is_not_told_otherwise_has_five_seconds_to_leave() -> None:
    assert deadline(after(Ready(since=NOW), Stop(), Asked())) == NOW + 5


def test_a_crash_counts_for_thirty_seconds_and_not_at_the_thirtieth() -> None:
    service = Service(Starting(), crashes=(NOW,) * RESTART_LIMIT)
    assert step(service, Exited(CRASH), NOW + 29.9)[0].state is State.BROKEN
    assert step(service, Exited(CRASH), NOW + 30)[0].state is State.BACKOFF


@pytest.mark.parametrize("event", [Start(), Restart(), Up()])
def test_who_came_up_or_was_asked_for_waits_for_others_from_the_beginning_again(
    event: Event,
) -> None:
    phase = Starting() if event == Up() else Broken(CRASH)
    service, _ = step(replace(Service(phase), waits=4), event, NOW)
    assert service.waits == 0
    service, _ = step(service, Exited(ABSENT), NOW)
    assert deadline(service) == NOW + 0.25
