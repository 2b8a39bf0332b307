"""The site that is counted, in a process of its own: ``python -m bench.site PORT [ADDRESS]``.

It has many addresses, so that our own limit for one host, which stays as it is by default, has
nothing to limit: without the address, those on loopback.
"""

import asyncio
import sys
from collections.abc import Sequence

from bench.generated import page as made_up
from bench.known import large, small

#: As many hosts as there are addresses of which nothing is special.
HOSTS = [f"127.0.0.{last}" for last in range(1, 251)]
#: How long a slow page takes, in seconds.
SLOW = 1.0


def address(port: int, kind: str, number: int, hosts: Sequence[str] = HOSTS) -> str:
    """Where a page is.

    :param kind: ``small``; ``slow``: the same page after a second; ``large``: the number is that of
        its words; ``made-up``: one as pages are, and the number is that of its bytes.
    """
    return f"http://{hosts[number % len(hosts)]}:{port}/{kind}/{number}"


def page(path: str) -> tuple[bytes, float]:
    """The page at a path, and how long it takes, in seconds."""
    _, kind, number = path.split("/")
    if kind == "large":
        return large(int(number)), 0
    if kind == "made-up":
        return b"".join(made_up(int(number))), 0
    return small(int(number))[0], SLOW if kind == "slow" else 0


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        request = await reader.readuntil(b"\r\n\r\n")
        body, seconds = page(request.split(maxsplit=2)[1].decode())
        await asyncio.sleep(seconds)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # a probe, or one that was ended meanwhile
    finally:
        writer.close()


async def _serve(port: int, hosts: Sequence[str]) -> None:
    server = await asyncio.start_server(_answer, hosts, port, backlog=128)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2:] or HOSTS))
