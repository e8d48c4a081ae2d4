"""Puts the parts of the download service together: the heavy half of `service.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.download_service import Desk
from app.previews import Previews
from engine.lease import FileLease, PostgresLease
from engine.scheduler import Engine
from files.disk import Disk
from files.ffmpeg import find_ffmpeg
from files.staging import Staging
from store.store import Store
from store.urls import beside
from work.executor import Work
from work.pool import Pool

if TYPE_CHECKING:
    from events.hub import Hub
    from settings import Settings

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What has been loaded."""

    desk: Desk
    engine: Engine
    previews: Previews


def assemble(settings: Settings, hub: Hub) -> Parts:
    """Open the database and put everything together; nothing runs yet.

    Raises:
        DatabaseUnusableError: when the database cannot be used.

    """
    thumbnails = settings.media_dir / ".thumbnails"
    for folder in (settings.data_dir, settings.media_dir, thumbnails):
        folder.mkdir(parents=True, exist_ok=True)
    store, pool = Store(settings.database_url), Pool()
    staging, allowed = Staging(settings.media_dir), settings.allowed.texts()
    disk = Disk(settings.media_dir, settings.disk_reserve_mb * MB)
    cookies = settings.data_dir / "cookies"
    work = Work(
        *(store, pool, staging, disk, thumbnails, cookies, allowed, find_ffmpeg(), hub.publish),
        rate=settings.rate_limit,
    )
    lease = (
        PostgresLease(store.engine)
        if settings.distributed
        else FileLease(Path(beside(settings.database_url, "engine.lock")))
    )
    engine = Engine(settings, store, work, lease)
    if settings.distributed:
        from engine.peer_sync import Hearing  # loads PostgreSQL's client

        work.tell = Hearing(settings.database_url, store, work, engine, hub).tell
    previews = Previews(pool, settings.data_dir / "previews", cookies, allowed)
    return Parts(Desk(store, staging, work, engine, settings.media_dir), engine, previews)
