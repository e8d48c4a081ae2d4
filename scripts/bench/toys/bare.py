"""The least that a FastAPI server which keeps links can be: what the backend is compared with."""

import os
import sqlite3
from datetime import UTC, datetime

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Link(BaseModel):
    """What is kept."""

    url: str


@app.get("/health")
async def health() -> dict[str, str]:
    """Answer."""
    return {"status": "healthy", "timestamp": datetime.now(UTC).isoformat()}


@app.post("/links", status_code=201)
def keep(link: Link) -> dict[str, int | str]:
    """Keep a link as safely as the backend does, and nothing besides."""
    with sqlite3.connect(os.environ["BARE_DATABASE"]) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS links (number INTEGER PRIMARY KEY, url)")
        added = connection.execute("INSERT INTO links (url) VALUES (?)", [link.url])
    connection.close()
    return {"number": added.lastrowid or 0, "url": link.url}
