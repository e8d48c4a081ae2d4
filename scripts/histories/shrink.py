"""Makes a plan short that leads to a violation, as delta debugging does.

Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.
"""

from __future__ import annotations

from collections.abc import Callable

from scripts.histories.plan import Plan


def shrink(plan: Plan, fails: Callable[[Plan], bool], tries: int) -> Plan:
    """Leave out what is not needed for `fails` to be true; at most so many tries.

    What fails once in a while may fail to fail: the plan is then longer than it needs to be.
    """
    parts = 2
    while len(plan) > 1 and tries:
        size = -(-len(plan) // parts)
        for begin in range(0, len(plan), size):
            if not tries:
                return plan
            tries -= 1
            rest = plan[:begin] + plan[begin + size :]
            if rest and fails(rest):
                plan, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                return plan
            parts = min(parts * 2, len(plan))
    return plan
