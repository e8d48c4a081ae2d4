"""Puts the parts of the download service together: the heavy half of `service.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.download_service import DownloadService
from app.export import Export
from app.feed_service import FeedService
from app.import_service import ImportService
from app.previews import Previews
from app.profiles import Profiles
from app.queue_service import QueueService
from app.receiver_service import ReceiverService
from app.relocation import Relocator
from app.removal import Remover
from app.retention import Retention
from app.sessions import Sessions
from app.subscription_service import SubscriptionService
from app.tokens import Tokens
from engine.importer import Importer
from engine.lease import FileLease, Lease
from engine.looker import Looker
from engine.notifier import Notifier
from engine.peer_sync import PeerSync
from engine.scheduler import Scheduler
from engine.sweeper import Sweeper
from files.disk import Disk
from files.ffmpeg import find_ffmpeg
from files.folders import prepare
from files.media_folder import MediaFolder
from files.staging import Staging
from net import authorities
from net.permits import Permits
from store import names
from store.naming_lock import naming
from store.store import Store
from store.urls import sibling_path
from work.announcer import Announcer
from work.executor import Executor
from work.importing import Importing
from work.looking import Looking
from work.pool import Pool
from work.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from events.bus import PgNotifyBus
    from events.hub import EventHub
    from settings import Settings
    from work.announcer import Publish

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Container:
    """What has been loaded."""

    downloads: DownloadService
    remover: Remover
    queue: QueueService
    scheduler: Scheduler
    subscriptions: SubscriptionService
    looker: Looker
    previews: Previews
    cookies: Path
    media: MediaFolder
    sessions: Sessions
    permits: Permits
    profiles: Profiles
    relocator: Relocator
    tokens: Tokens
    imports: ImportService
    importer: Importer
    export: Export
    receivers: ReceiverService
    notifier: Notifier
    feeds: FeedService
    sweeper: Sweeper


def assemble(settings: Settings, hub: EventHub) -> Container:
    """Open the database and put everything together; nothing runs yet.

    Raises:
        DatabaseUnavailableError: when the database cannot be used.
        FolderUnavailableError: when a folder cannot be written.

    """
    prepare(settings.data_dir, settings.data_dir_mode)
    media, stage = _media(settings)
    media.prepare()
    store, pool = Store(settings.database_url), Pool(settings.ca_file)
    staging, allowed = stage(store), settings.allowed.texts()
    permits = Permits(allowed)
    disk = Disk(settings.media_dir, settings.disk_reserve_mb * MB)
    cookies = settings.data_dir / "cookies"
    bus = _bus(settings)
    announcer = Announcer(store, _to_all(hub, bus))
    lease, sender = _lease(settings), Sender(pool, permits.texts)
    notifier = Notifier(store, lease, sender)
    executor = Executor(
        *(store, announcer, pool, staging, disk, media),
        *(settings.media_dir / ".thumbnails", cookies, permits.texts, find_ffmpeg()),
        rate=settings.rate_limit,
        sponsorblock=settings.sponsorblock_api,
        tell=notifier.wake,
    )
    scheduler = Scheduler(settings, store, executor, lease)
    profiles = Profiles(store)
    downloads = DownloadService(*(store, staging, announcer, executor, scheduler, profiles))
    remover = Remover(store, staging, announcer, executor, scheduler)
    retention = Retention(store, remover)
    looking = Looking(pool, settings.data_dir / "looks", cookies, permits.texts)
    looker = Looker(
        *(store, lease, looking, announcer, scheduler.notify_added),
        resolve=profiles.resolve_all,
        tidy=retention.tidy,
        tell=notifier.wake,
    )
    if bus:
        PeerSync(bus, hub, store, announcer, executor, scheduler, looker).start()
    previews = Previews(pool, settings.data_dir / "previews", cookies, allowed)
    importing = Importing(
        *(store, pool, media, announcer, settings.import_dir, executor.thumbnails),
        *(settings.data_dir / "imports", executor.ffmpeg),
    )
    importer = Importer(store, lease, importing)
    subscriptions = SubscriptionService(store, looker, retention, profiles)
    relocator = Relocator(store, staging.published, media, announcer)
    return Container(
        downloads,
        remover,
        QueueService(store, announcer, executor, scheduler),
        *(scheduler, subscriptions),
        looker,
        previews,
        cookies,
        media,
        Sessions(store, settings.access_token),
        permits,
        profiles,
        relocator,
        Tokens(store),
        ImportService(store, importing, importer),
        importer,
        Export(store, subscriptions, profiles, relocator),
        ReceiverService(store, sender, notifier),
        notifier,
        FeedService(store, downloads),
        Sweeper(executor.leftovers.sweep),
    )


def _media(settings: Settings) -> tuple[MediaFolder, Callable[[Store], Staging]]:
    """Where finished files go; and what gives the place where they are made."""
    folder, memory = settings.media_dir, settings.data_dir / "media-folder.json"
    if settings.bucket is None:
        return MediaFolder(folder, memory), lambda _: Staging(folder)
    from files.bucket import Bucket  # loads botocore
    from files.bucket_staging import BucketStaging
    from files.media_bucket import MediaBucket

    if settings.ca_file:
        authorities.trust(settings.ca_file)
    bucket = Bucket(settings.bucket)
    return MediaBucket(folder, memory, bucket=bucket), lambda store: BucketStaging(
        folder,
        bucket,
        alone=partial(naming, store),
        reserved=partial(names.reserved, store),
        taken=partial(names.in_use, store),
    )


def _lease(settings: Settings) -> Lease:
    if not settings.distributed:
        return FileLease(Path(sibling_path(settings.database_url, "engine.lock")))
    from engine.postgres_lease import PostgresLease  # loads PostgreSQL's client

    return PostgresLease(settings.database_url)


def _bus(settings: Settings) -> PgNotifyBus | None:
    if not settings.distributed:
        return None
    from events.bus import PgNotifyBus
    from store.postgres import connect

    return PgNotifyBus(partial(connect, settings.database_url))


def _to_all(hub: EventHub, bus: PgNotifyBus | None) -> Publish:
    """Publish to the event streams of this process, and to all other processes."""
    if bus is None:
        return hub.publish

    def publish(item: str, event: str, data: str) -> None:
        hub.publish(item, event, data)
        bus.publish(item, event, data)

    return publish
