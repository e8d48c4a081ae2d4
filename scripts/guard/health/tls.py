"""Whether a server speaks TLS, without loading a library for it.

A ClientHello of TLS 1.2 (RFC 5246, 7.4.1.2) is sent; a server that speaks any version of TLS
answers with a record of a handshake or of an alert (RFC 8446, 5.1), and nobody else does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable

ANSWER_SECONDS = 5.0  # for which the first bytes are waited for
_HANDSHAKE, _ALERT = 0x16, 0x15  # the first byte of a record, ContentType
_MAJOR = 3  # the second byte in every version from SSL 3.0 to TLS 1.3
_SUITES = bytes.fromhex("1301 1302 1303 c02f c030 c02b c02c cca8 cca9 009c 009d 002f 0035")
# server_name: localhost; supported_groups: x25519, secp256r1, secp384r1; ec_point_formats;
# signature_algorithms. Without key shares a server of TLS 1.3 asks for one, which is an answer too.
_EXTENSIONS = bytes.fromhex(
    "0000 000e 000c 00 0009 6c6f63616c686f7374"
    "000a 0008 0006 001d 0017 0018"
    "000b 0002 01 00"
    "000d 0012 0010 0403 0503 0603 0804 0805 0806 0401 0501"
)


Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


async def speaks(connect: Connect) -> bool:
    """Whether who is at the other end of a new connection answers a ClientHello as TLS does."""
    with contextlib.suppress(OSError):
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await connect()
            try:
                writer.write(_client_hello())
                head = await _first(reader, 2)
            finally:
                writer.close()
        return len(head) > 1 and head[0] in {_HANDSHAKE, _ALERT} and head[1] == _MAJOR
    return False


async def _first(reader: asyncio.StreamReader, count: int) -> bytes:
    try:
        return await reader.readexactly(count)
    except asyncio.IncompleteReadError as error:
        return error.partial


def _client_hello() -> bytes:
    body = (
        b"\x03\x03" + os.urandom(32) + b"\0"  # version, random, no session
        + len(_SUITES).to_bytes(2, "big") + _SUITES + b"\x01\0"  # no compression
        + len(_EXTENSIONS).to_bytes(2, "big") + _EXTENSIONS
    )  # fmt: skip
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake
