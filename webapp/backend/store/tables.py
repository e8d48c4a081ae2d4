"""The tables of our own database: what was requested, and what became of it.

The migrations make them; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData()

Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is an INTEGER

downloads = Table(
    "downloads",
    metadata,
    # The order of arrival: pages are cut by it.
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    # The host of the url: the breaker counts by it.
    Column("host", Text, nullable=False),
    Column("format", String(8), nullable=False),
    Column("resolution", String(8), nullable=False),
    # The rest of the request: embed, subtitles, start, end.
    Column("options", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    # The place in the queue: the lowest goes first.
    Column("position", Float, nullable=False),
    # Tries since the user last asked for it; the back-off counts by it.
    Column("attempt", Integer, nullable=False),
    # Raised by each start: what an earlier start still reports is recognised and dropped.
    Column("run", Integer, nullable=False),
    # The process that works on it.
    Column("executor", String(64)),
    # Not to be started before (back-off).
    Column("not_before", String(24)),
    Column("platform", Text),
    Column("title", Text),
    Column("uploader", Text),
    Column("duration", Float),
    # Tells that two links lead to the same medium.
    Column("media_key", Text),
    # The suffix of the picture kept under thumbnails/ID.
    Column("thumbnail", String(4)),
    Column("error", JSON(none_as_null=True)),
    # What is worth knowing although it went on, each like an error.
    Column("notes", JSON, nullable=False, server_default="[]"),
    # What names are made of, as far as the site told: date, id, channel and the like.
    Column("about", JSON, nullable=False, server_default="{}"),
    # Below the media folder, with its folders.
    Column("file_name", Text),
    # The files that go with it, likewise.
    Column("sidecars", JSON, nullable=False, server_default="[]"),
    # From where to where files are being renamed, until all are: see app/relocation.py. Of one that
    # runs: the names that its files get in a bucket, from nowhere: see work/executor.py.
    Column("moving", JSON(none_as_null=True)),
    # Whether a live stream is to be recorded no further: what there is becomes the file.
    Column("stopping", Boolean, nullable=False, server_default=false()),
    # Whether the file was there already and was taken over: see imports.py.
    Column("imported", Boolean, nullable=False, server_default=false()),
    Column("file_bytes", BigInteger),
    Column("created", String(24), nullable=False),
    Column("started", String(24)),
    Column("finished", String(24)),
    # What lists are sorted by, never null: see paging.py.
    Column("title_key", Text, nullable=False, server_default=""),
    Column("bytes_key", BigInteger, Computed("coalesce(file_bytes, 0)"), nullable=False),
    Column("duration_key", Float, Computed("coalesce(duration, 0)"), nullable=False),
    Index("downloads_queue", "state", "position"),
    Index("downloads_state", "state", "number"),
    Index("downloads_title_key", "state", "title_key", "number", "format"),
    Index("downloads_bytes_key", "state", "bytes_key", "number", "format"),
    Index("downloads_duration_key", "state", "duration_key", "number", "format"),
    # Addresses are longer than PostgreSQL's other indexes take.
    Index("downloads_url", "url", postgresql_using="hash"),
    Index("downloads_media", "media_key", postgresql_using="hash"),
    Index("downloads_file", "file_name", postgresql_using="hash"),
    # Nearly always empty, and asked whenever a file gets a name.
    Index(
        "downloads_moving",
        "number",
        sqlite_where=text("moving IS NOT NULL"),
        postgresql_where=text("moving IS NOT NULL"),
    ),
)

# Downloads that failed of late, by what may be their host's fault: see breaker.py.
host_failures = Table(
    "host_failures",
    metadata,
    Column("host", Text, primary_key=True),
    Column("item", String(26), primary_key=True),
    Column("since", String(24), nullable=False),
    # Not when another download from that host has succeeded since: it is the item's own fault.
    Column("counts", Boolean, nullable=False),
)

# Hosts that are left alone, or were until their last trial: see breaker.py.
hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_until", String(24)),
)

# Sessions of browsers that logged in: see sessions.py.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires", String(24), nullable=False),
)

# Choices that people gave a name.
profiles = Table(
    "profiles",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    # The name in the form in which no two may be the same.
    Column("name_key", Text, nullable=False, unique=True),
    # Only what differs from the choices' defaults.
    Column("choices", JSON, nullable=False),
)

# Lists of media that are looked at again and again: see subscriptions.py.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", Text),
    Column("platform", Text),
    # When to look, what to take, how to download it, how long to keep it.
    Column("choice", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    # When it is to be looked at next.
    Column("due", String(24), nullable=False),
    # The process that looks at it now.
    Column("looker", String(64)),
    # Raised by each look and each change: what an earlier look still reports is dropped.
    Column("run", Integer, nullable=False),
    # Whether the first look has been made, as far back as is wanted.
    Column("begun", Boolean, nullable=False),
    Column("looked", String(24)),
    Column("found", Integer),
    Column("failures", Integer, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("created", String(24), nullable=False),
    Index("subscriptions_due", "state", "due"),
)

# Every medium that a subscription has seen, for as long as there is the subscription.
subscription_entries = Table(
    "subscription_entries",
    metadata,
    Column("subscription", String(26), primary_key=True),
    Column("key", String(500), primary_key=True),
    # What it was queued as; null when it was not wanted. The download may be gone by now.
    Column("download", String(26)),
    # Of the medium, as the list told it.
    Column("date", String(10)),
    Index("subscription_entries_download", "download"),
    Index("subscription_entries_key", "key"),
)

# Tokens for scripts: see tokens.py.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", Text, nullable=False),
    Column("scope", String(10), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created", String(24), nullable=False),
    Column("last_used", String(24)),
)

# Requests that may be sent again, and what came of them: see tokens.py.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", String(200), primary_key=True),
    # Of the request, so that another one under the same key is noticed.
    Column("digest", String(64), nullable=False),
    # The downloads that it queued.
    Column("items", JSON, nullable=False),
    Column("created", String(24), nullable=False),
    Index("idempotency_keys_created", "created"),
)

# Folders of files that were there already: see imports.py.
imports = Table(
    "imports",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("origin", String(10), nullable=False),
    Column("folder", Text, nullable=False),
    Column("state", String(10), nullable=False),
    # The process that works on it.
    Column("worker", String(64)),
    # Raised by each start and each change: what an earlier start still reports is dropped.
    Column("run", Integer, nullable=False),
    Column("found", Integer),
    Column("taken", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    # The first of them, with their reasons.
    Column("refusals", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("created", String(24), nullable=False),
    Column("finished", String(24)),
)

# Media that were downloaded somewhere once, as yt-dlp's archives name them.
archive = Table(
    "archive",
    metadata,
    Column("line", String(500), primary_key=True),
)

# Who is told what happened: see receivers.py.
receivers = Table(
    "receivers",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("url", Text, nullable=False),
    # The key that webhooks are signed with.
    Column("secret", Text),
    Column("occasions", JSON, nullable=False),
    Column("enabled", Boolean, nullable=False),
    # Of what people read.
    Column("language", String(2), nullable=False),
    # The process that sends to it now.
    Column("sender", String(64)),
    # Raised by each sending and each change: what an earlier one still reports is dropped.
    Column("run", Integer, nullable=False),
    Column("told", String(24)),
    Column("error", JSON(none_as_null=True)),
    Column("created", String(24), nullable=False),
)

# What receivers have not been told yet: see outbox.py.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    # By which a receiver knows what comes twice.
    Column("id", String(26), nullable=False, unique=True),
    Column("receiver", String(26), nullable=False),
    # JSON, word for word as it is signed.
    Column("body", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    # Not to be sent before (back-off).
    Column("due", String(24), nullable=False),
    Column("created", String(24), nullable=False),
    Index("outbox_due", "due"),
    Index("outbox_receiver", "receiver", "number"),
)

# Podcast feeds: see feeds.py.
feeds = Table(
    "feeds",
    metadata,
    Column("id", String(26), primary_key=True),
    # The secret part of its address.
    Column("token", String(43), nullable=False, unique=True),
    # What is in it, and what it is called.
    Column("choice", JSON, nullable=False),
    Column("created", String(24), nullable=False),
    Column("read", String(24)),
)

# What the operator changed while running, shared by all processes: concurrency,
# paused, the default profile.
controls = Table(
    "controls",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", JSON, nullable=False),
)
