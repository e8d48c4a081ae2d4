"""How many connections the guard serves at a time: in all, for its user, for every other one.

Whoever can reach a port of localhost can open connections to it and say nothing. Each costs the
guard a descriptor for as long as it may take to send a request, and without descriptors nothing can
be launched: so at least half of them are never given to connections.
"""

from __future__ import annotations

from collections import Counter

from ..net import peer_uid

MOST = 512  # connections in all, however many files may be open


class Admission:
    """Counts who is being served, on all ports together, and says who may come in.

    `descriptors` is how many files the guard may have open. Root, and whoever the system does not
    tell of, count as its own user.
    """

    def __init__(self, descriptors: int) -> None:
        most = min(MOST, descriptors // 2)
        self.others = most // 4
        """What all other users together may have."""
        self.another = most // 8
        """What one other user may have."""
        self.own = most - self.others
        self._served: Counter[int | None] = Counter()  # by user; None is the guard's own

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now has to wait, the guard's own user too."""
        return self._served[None] >= self.own

    def enter(self, uid: int | None) -> bool:
        """Count a connection of that user, or return False: it is one too many."""
        user = _user(uid)
        if user is not None and (
            self._served[user] >= self.another
            or self._served.total() - self._served[None] >= self.others
        ):
            return False
        self._served[user] += 1
        return True

    def leave(self, uid: int | None) -> None:
        """Count it no longer."""
        user = _user(uid)
        self._served[user] -= 1
        if not self._served[user]:
            del self._served[user]


def _user(uid: int | None) -> int | None:
    return uid if peer_uid.is_stranger(uid) else None
