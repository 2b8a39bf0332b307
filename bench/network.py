"""Several hosts on one machine: network namespaces, each with one cable to one switch.

A namespace has addresses, ports and connections of its own; processors, memory and files are those
of the machine. Everything here has one prefix in its name, so that what a killed run has left
behind is known by it.
"""

import ctypes
import ipaddress
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.bars import NotMeasuredError

#: The kernel allows a link 15 letters.
PREFIX = "wcb-"
#: Of all hosts. This machine is one, too: at the last address but one it reaches the switch.
NETWORK = ipaddress.ip_network("10.231.0.0/24")
#: Of the sites that are counted: many addresses of one host, which is the way to them.
SITES = ipaddress.ip_network("10.231.1.0/24")
_SWITCH = f"{PREFIX}switch"
#: What a link is called within its host.
_INSIDE = "eth0"
#: Where `ip` keeps the namespaces.
_NAMESPACES = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_STOP_SECONDS = 5


@dataclass(frozen=True)
class Host:
    """A namespace with an address."""

    name: str
    address: str

    @property
    def space(self) -> str:
        """What `ip` calls it; the outer end of its cable has the same name."""
        return f"{PREFIX}{self.name}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be on this host: what this thread starts or connects meanwhile is there for good."""
        with open("/proc/thread-self/ns/net", "rb") as home:
            _enter(_NAMESPACES / self.space)
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def cut(self) -> None:
        """Pull its cable: whatever is sent is lost, and nobody is told."""
        _ip("link", "set", self.space, "down")

    def mend(self) -> None:
        """Put the cable in again."""
        _ip("link", "set", self.space, "up")


@contextmanager
def network(names: Sequence[str], *, sites: str) -> Iterator[dict[str, Host]]:
    """Make hosts, each of which reaches each, and remove them with all that runs on them.

    :param sites: the one that has the addresses of `SITES`.
    :returns: a context manager with the hosts by their names.
    :raises NotMeasuredError: if that cannot be done here.
    """
    _must_be_possible()
    # An abstract socket ends with this process, whatever ends that.
    with ExitStack() as undo, socket.socket(socket.AF_UNIX) as alone:
        try:
            alone.bind(f"\0{PREFIX}network")
        except OSError:
            raise NotMeasuredError("another run has its hosts on this machine") from None
        remove_all()
        _must_be_free()
        undo.callback(remove_all)
        addresses = NETWORK.hosts()
        hosts = {name: Host(name, str(next(addresses))) for name in names}
        _ip("link", "add", _SWITCH, "type", "bridge")
        _ip("addr", "add", f"{NETWORK[-2]}/{NETWORK.prefixlen}", "dev", _SWITCH)
        _ip("link", "set", _SWITCH, "up")
        for host in hosts.values():
            _make(host)
            if host.name == sites:
                _inside(host, "route", "add", "local", str(SITES), "dev", "lo")
            else:
                _inside(host, "route", "add", str(SITES), "via", hosts[sites].address)
        yield hosts


def remove_all() -> None:
    """Remove whatever has our prefix, and end what runs there."""
    for space in _names("netns", "list"):
        processes = [psutil.Process(pid) for pid in _pids_in(space) if psutil.pid_exists(pid)]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, _STOP_SECONDS)
        _ip("netns", "delete", space)
    # The outer ends of cables go with the inner ones, a little later.
    for link in _names("link", "show"):
        _ip("link", "delete", link, may_fail=True)


def _make(host: Host) -> None:
    _ip("netns", "add", host.space)
    inner = f"{host.space}-"
    _ip("link", "add", host.space, "type", "veth", "peer", "name", inner)
    _ip("link", "set", inner, "netns", host.space)
    _inside(host, "link", "set", inner, "name", _INSIDE)
    _inside(host, "addr", "add", f"{host.address}/{NETWORK.prefixlen}", "dev", _INSIDE)
    _inside(host, "link", "set", "lo", "up")
    _inside(host, "link", "set", _INSIDE, "up")
    _ip("link", "set", host.space, "master", _SWITCH)
    _ip("link", "set", host.space, "up")


def _must_be_possible() -> None:
    if shutil.which("ip") is None or os.geteuid() != 0:
        raise NotMeasuredError(
            "hosts are network namespaces: to make them takes root and the program ip (iproute2)"
        )


def _must_be_free() -> None:
    for route in json.loads(_ip("-json", "route", "show")):
        if route["dst"] == "default":
            continue
        used = ipaddress.ip_network(route["dst"])
        if used.version == NETWORK.version and (used.overlaps(NETWORK) or used.overlaps(SITES)):
            raise NotMeasuredError(f"this machine has a network of its own at {used}")


def _names(*listing: str) -> list[str]:
    """Those of our namespaces, or links, that `ip` lists."""
    listed: list[dict[str, Any]] = json.loads(_ip("-json", *listing) or "[]")
    names = [one.get("name") or one.get("ifname", "") for one in listed]
    return [name for name in names if name.startswith(PREFIX)]


def _pids_in(space: str) -> list[int]:
    return [int(pid) for pid in _ip("netns", "pids", space).split()]


def _inside(host: Host, *arguments: str) -> None:
    _ip("-netns", host.space, *arguments)


def _ip(*arguments: str, may_fail: bool = False) -> str:
    done = subprocess.run(  # noqa: S603 -- our own arguments, no shell
        ["ip", *arguments],  # noqa: S607 -- where it is depends on the system
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 and not may_fail:
        raise NotMeasuredError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def _enter(space: Path) -> None:
    with space.open("rb") as there:
        _set_namespace(there.fileno())


def _set_namespace(descriptor: int) -> None:
    """Python has `os.setns` from 3.12 on."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
