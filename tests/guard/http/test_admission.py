"""Nobody has so many connections that nothing can be launched or that we are not answered."""

import os

import pytest

from scripts.guard.http.admission import MOST, Admission, of_carried, of_served

ME = os.geteuid()


def others(count: int) -> list[int]:
    """Users who are neither us nor root."""
    return [uid for uid in range(20_000, 20_001 + count) if uid != ME][:count]


@pytest.mark.parametrize("descriptors", [64, 256, 1024, 1_048_576])
def test_at_least_half_of_all_descriptors_are_never_given_away(descriptors: int) -> None:
    served, carried = admitted(of_served(descriptors)), admitted(of_carried(descriptors))
    assert served + 2 * carried <= descriptors // 2
    assert carried > 0
    assert 0 < served <= MOST


def admitted(admission: Admission) -> int:
    """Have as many come in as there is room for."""
    count = 0
    while not admission.is_full:
        assert admission.enter(ME)
        count += 1
    return count + sum(admission.enter(uid) for uid in others(500) for _ in range(600))


def test_another_user_has_a_share_all_others_together_one_too_and_we_have_the_rest() -> None:
    admission = of_served(1024)
    one, another, third = others(3)
    assert sum(admission.enter(one) for _ in range(1000)) == admission.another
    assert sum(admission.enter(another) for _ in range(1000)) == admission.another
    assert admission.another * 2 == admission.others
    assert not admission.enter(third)
    assert not admission.is_full
    for uid in (ME, 0, None):
        assert admission.enter(uid)


def test_who_has_left_makes_room() -> None:
    admission = of_served(1024)
    (one,) = others(1)
    while admission.enter(one):
        pass
    admission.leave(one)
    assert admission.enter(one)
    assert not admission.enter(one)
    for _ in range(admission.own):
        admission.enter(ME)
    assert admission.is_full
    admission.leave(0)
    assert not admission.is_full
