"""How many connections the guard has at a time: in all, of its user, of every other one.

Whoever can reach a port of localhost can open connections to it and say nothing. Each costs the
guard a descriptor for as long as it may take to send a request, and two for as long as it likes
where it is carried to a server. Without descriptors nothing can be launched: so at least half of
them are never given to connections.
"""

from __future__ import annotations

from collections import Counter

from ..net import peer_uid
from ..net.bind import BACKLOG

MOST = 512  # connections that are served in all, however many files may be open


class Admission:
    """Counts connections, on all ports together, and says who may come in: `most` of them in all.

    Root, and whoever the system does not tell of, count as the guard's own user.
    """

    def __init__(self, most: int) -> None:
        self.others = most // 4
        """What all other users together may have."""
        self.another = most // 8
        """What one other user may have."""
        self.own = most - self.others
        self._inside: Counter[int | None] = Counter()  # by user; None is the guard's own

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now has to wait, the guard's own user too."""
        return self._inside[None] >= self.own

    def enter(self, uid: int | None) -> bool:
        """Count a connection of that user, or return False: it is one too many."""
        user = _user(uid)
        if user is not None and (
            self._inside[user] >= self.another
            or self._inside.total() - self._inside[None] >= self.others
        ):
            return False
        self._inside[user] += 1
        return True

    def leave(self, uid: int | None) -> None:
        """Count it no longer."""
        user = _user(uid)
        self._inside[user] -= 1
        if not self._inside[user]:
            del self._inside[user]


def of_served(descriptors: int) -> Admission:
    """Return the admission of those whom the guard answers, which may have so many files open."""
    return Admission(min(MOST, descriptors * 3 // 8))


def of_carried(descriptors: int) -> Admission:
    """Return that of those whom it carries to a server, of whom each takes two descriptors."""
    return Admission(min(BACKLOG, descriptors // 16))


def _user(uid: int | None) -> int | None:
    return uid if peer_uid.is_stranger(uid) else None
