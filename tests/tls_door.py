"""A door that speaks TLS outside, and leads to a server on a Unix socket, as hosted ones do."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def tls_door(socket: str, tls: ssl.SSLContext) -> Iterator[int]:
    """The port of a door to a socket.

    One thread does all of it: two that read and write the same connection would break its TLS.
    """
    loop = asyncio.new_event_loop()
    opened: list[asyncio.StreamWriter] = []

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, to_inside = await asyncio.open_unix_connection(socket)
        opened.extend((writer, to_inside))
        await asyncio.gather(_pass_on(reader, to_inside), _pass_on(inside, writer))

    # All of it in that thread: in this one, Playwright may have a loop that is running.
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    opening = asyncio.start_server(enter, "127.0.0.1", 0, ssl=tls)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result(10)

    async def close() -> None:
        server.close()
        for writer in opened:
            writer.transport.abort()
        everybody = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(everybody, timeout=5) if everybody else None

    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass everything on, until one side ends; then end the other one."""
    with suppress(ConnectionError, ssl.SSLError):  # the other direction has ended both
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
