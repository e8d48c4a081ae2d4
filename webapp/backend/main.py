"""Builds the app: `uvicorn main:app`."""

from __future__ import annotations

from web import startup_imports  # isort: skip  # noqa: F401 - before FastAPI

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

import settings
from app.lifecycle import Lifecycle
from events.hub import EventHub
from files.desktop import Desktop
from web import (
    cookies_router,
    feed_router,
    files_router,
    folder_router,
    forwarded,
    header_timeout,
    health,
    import_router,
    openapi,
    permit_router,
    preview_router,
    problems,
    profiles_router,
    queue_router,
    receiver_router,
    server_log,
    session,
    subscription_router,
    token_router,
)
from web.accept_errors import report_once
from web.access import Access
from web.attempts import Attempts
from web.cors import OwnPagesCors
from web.forwarded import Forwarded
from web.limits import Limits
from web.root_path import WithoutRootPath, WithRootPath
from web.router import router
from web.shutdown import AnswerCancelled, graceful_shutdown
from web.static_files import SpaFiles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


LOAD_DELAY_SECONDS = 0.05
"""Seconds that are left to those who waited for the start, before a thread begins to load."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    report_once(asyncio.get_running_loop())
    hub = EventHub()
    app.state.lifecycle = lifecycle = Lifecycle(app.state.settings, hub)
    with graceful_shutdown(begin=lifecycle.end_requests, end=lifecycle.stop):
        loading = asyncio.get_running_loop().call_later(LOAD_DELAY_SECONDS, lifecycle.start)
        yield
        loading.cancel()
        lifecycle.stop()
        hub.close()


def build(chosen: settings.Settings) -> FastAPI:
    """Put the app together; nothing is started before it is served."""
    app = FastAPI(
        title="SY Media Downloader",
        version="0.1.0",
        lifespan=_lifespan,
        docs_url=None,  # both load scripts from another host, on the API's origin
        redoc_url=None,
        responses=problems.documented(401, 403, 413, 421, 429),
    )
    app.state.settings = chosen
    app.state.desktop = Desktop(chosen.show_folders, chosen.environment)
    app.include_router(health.router)
    app.include_router(router)
    app.include_router(queue_router.router)
    app.include_router(preview_router.router)
    app.include_router(subscription_router.router)
    app.include_router(token_router.router)
    app.include_router(receiver_router.router)
    app.include_router(feed_router.router)
    app.include_router(feed_router.podcasts)
    app.include_router(cookies_router.router)
    app.include_router(files_router.router)
    app.include_router(import_router.router)
    app.include_router(profiles_router.router)
    app.include_router(folder_router.router)
    app.include_router(permit_router.router)
    app.include_router(session.router)
    problems.install(app)
    app.add_middleware(WithRootPath, root_path=chosen.root_path)
    app.add_middleware(Limits)
    app.state.attempts = attempts = Attempts(chosen.access_token)
    app.add_middleware(Access, settings=chosen, attempts=attempts)
    app.add_middleware(
        OwnPagesCors,
        allow_origins=[chosen.web_url],
        allow_methods=["*"],
        allow_headers=["Authorization", "Content-Type"],
        allow_credentials=True,
    )
    app.add_middleware(SpaFiles, root_path=chosen.root_path)
    app.add_middleware(WithoutRootPath, root_path=chosen.root_path)
    app.add_middleware(Forwarded, trusted=chosen.trusted_proxies)
    app.add_middleware(AnswerCancelled)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    health.keep_probes_out_of_the_log()
    feed_router.keep_tokens_out_of_the_log()
    server_log.set_level(chosen.log_level)
    header_timeout.install()
    forwarded.install()
    return app


try:
    app = build(settings.load())
except settings.SettingsError as error:
    raise SystemExit(str(error)) from None
gc.freeze()
gc.enable()
