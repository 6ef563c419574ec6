"""Allowed hosts and origins: under which names the app is served, and which pages may call it.

A page of any site that a person has open can make their browser send requests to this computer, and
can make its own name resolve to 127.0.0.1 (DNS rebinding). It cannot choose the headers Host and
Origin, which the browser sets. So the app answers only under known names, and only to its own
pages.

Sources: Fetch Standard, "Origin header"; RFC 9110, 7.2 (Host); RFC 6761, 6.3 (localhost).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this computer for itself; always allowed, without a setting."""

SETTING: Final = "NAMEPLATE_HOSTS"
"""The setting with further hosts, such as `team.example, 192.168.1.20:8501`."""

USUAL_PORTS: Final = {"http": 80, "https": 443}
"""Default port of an origin, by scheme."""

RULES: Final = Declared(
    "hosts",
    test="tests/unit/workbench/rules/test_hosts.py",
    source="decision 0076; Fetch Standard; RFC 9110; RFC 6761",
    units={
        "LOOPBACK_NAMES": "names",
        "SETTING": "setting",
        "USUAL_PORTS": "scheme: port",
    },
)

_NAME: Final = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*"
_HOST: Final = re.compile(rf"(?P<name>{_NAME}|\[[0-9a-f:.]+\])(?::(?P<port>\d{{1,5}}))?")
_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@\\]+)")


@dataclass(frozen=True, slots=True)
class Host:
    """A host as in a header or the setting; `port` is None if not given."""

    name: str
    port: int | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether this is one of this computer's own names for itself."""
        return self.name in LOOPBACK_NAMES


def read_host(text: str) -> Host | None:
    """Parse `name`, `name:port` or `[IPv6]:port`; None for anything else."""
    found = _HOST.fullmatch(text.strip().lower())
    if found is None:
        return None
    name = found["name"].strip("[]")
    if found["name"].startswith("["):
        try:
            name = ipaddress.IPv6Address(name).compressed
        except ValueError:
            return None
    port = int(found["port"]) if found["port"] else None
    return Host(name, port) if port is None or 0 < port < 65_536 else None


def read_hosts(text: str) -> tuple[Host, ...]:
    """Parse the setting: comma-separated hosts. Raises ValueError that names an invalid one."""
    named = [part.strip() for part in text.split(",") if part.strip()]
    read = [(part, read_host(part)) for part in named]
    for part, host in read:
        if host is None:
            raise ValueError(part)
    return tuple(host for _part, host in read if host is not None)


def refusal(
    *, host: str | None, origin: str | None, peer: str | None, named: Iterable[Host] = ()
) -> str | None:
    """Return why a request is not answered; None if it is.

    Args:
        host: the header Host.
        origin: the header Origin; browsers omit it from requests that only read.
        peer: the address of the connection; None if there is none.
        named: the hosts of the setting. Without any, only this computer itself is answered.
    """
    named = tuple(named)
    served = read_host(host or "")
    if served is None:
        return "The request names no valid host."
    if not served.is_loopback and not any(_is_named(served, one) for one in named):
        return (
            f"This workbench is not served under the name {served.name}. Open it as localhost, or "
            f"ask whoever runs it to allow the name with the setting {SETTING}={served.name}."
        )
    if not named and peer is not None and not _is_loopback_address(peer):
        return (
            "This workbench answers only the computer that it runs on. Whoever runs it can allow "
            f"others with the setting {SETTING}, which names the host that they open."
        )
    if origin is not None and not _is_own(origin, served, named):
        return "This request comes from a page that this workbench did not serve."
    return None


def _is_own(origin: str, served: Host, named: tuple[Host, ...]) -> bool:
    """Whether an origin is the app itself, under this request's name or another of its own."""
    found = _ORIGIN.fullmatch(origin.strip().lower())
    page = read_host(found["host"]) if found is not None else None
    if found is None or page is None:
        return False
    usual = USUAL_PORTS[found["scheme"]]
    port = page.port or usual
    same_port = port == (served.port or usual)
    if same_port and (page.name == served.name or (page.is_loopback and served.is_loopback)):
        return True
    # Behind a proxy the page's name may differ from the one that the proxy uses.
    return any(page.name == one.name and port == (one.port or usual) for one in named)


def _is_named(host: Host, named: Host) -> bool:
    return host.name == named.name and named.port in (None, host.port)


def _is_loopback_address(address: str) -> bool:
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(read, "ipv4_mapped", None)
    return (mapped or read).is_loopback
