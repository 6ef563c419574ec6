"""The server around the screens: who may connect, what it tells browsers, what it never requests.

All of it is set here, in code: `.streamlit/config.toml` is next to `app.py`, and an app that is
started in another way, or next to another such file, must be just as safe.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from streamlit import config, net_util

from ui import theme
from words import en
from workbench.errors import BadRequest
from workbench.rules.hosts import Host, refusal
from workbench.rules.limits import SIZES
from workbench.rules.sign_in import REMEMBERED
from workbench.settings import MIB, Settings, hosts_from_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPTIONS: Final[dict[str, Any]] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "runner.magicEnabled": False,
    "server.corsAllowedOrigins": [],
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": False,
}
"""Streamlit options that the promises depend on; they override any settings file."""

LOCAL: Final = {
    "browser.serverAddress": "localhost",
    "server.address": "localhost",
    "server.headless": True,
}
"""How `python app.py` serves: this computer only."""

PORT: Final = "STREAMLIT_SERVER_PORT"
"""The variable that names another port than 8501; `nameplate app --port` sets it."""


HEADERS: Final = {
    "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer: no other site may frame, embed or read it, and the page itself loads
nothing from elsewhere. A photo's source does not learn where its visitor came from."""

COOKIE: Final = "nameplate_browser"
"""Identifies a browser: pictures of a case go only to one in which somebody signed in."""
GUARDED: Final = re.compile(r"(?:.*(?<!/static))?/(?:media|_stcore/upload_file)/.*")
"""Addresses of pictures, downloads and uploads; Streamlit's own fonts are in `/static/media/`
and open to anybody."""
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Browsers:
    """The browsers in which somebody is signed in, by the value of their cookie."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def admit(self, value: str | None) -> None:
        """Allow a browser to load pictures; called at every screen of a signed-in person."""
        if value is None or not _VALUE.fullmatch(value):
            return
        now = time.monotonic()
        with self._lock:
            self._until = {one: until for one, until in self._until.items() if until > now}
            self._until[value] = now + REMEMBERED.total_seconds()

    def dismiss(self, value: str | None) -> None:
        """Stop a browser from loading pictures."""
        with self._lock:
            self._until.pop(value or "", None)

    def knows(self, value: str | None) -> bool:
        """Whether somebody is signed in there."""
        with self._lock:
            return self._until.get(value or "", 0.0) > time.monotonic()


BROWSERS: Final = Browsers()


def admit() -> None:
    """Allow the browser that shows this screen to load its pictures."""
    BROWSERS.admit(_this_browser())


def dismiss() -> None:
    """Stop this browser from loading pictures, as after signing out."""
    BROWSERS.dismiss(_this_browser())


def serves_others() -> bool:
    """Whether a setting lets other computers connect: then paths of this one are not shown."""
    return bool(hosts_from_environment(os.environ))


def _this_browser() -> str | None:
    value = st.context.cookies.get(COOKIE)
    return value if isinstance(value, str) else None  # a screen under test has no browser


class Door:
    """Refuses requests that may not reach the app, before Streamlit sees them."""

    def __init__(self, app: ASGIApp, *, named: Sequence[Host], browsers: Browsers = BROWSERS):
        self._app, self._named, self._browsers = app, tuple(named), browsers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        origins = headers.getlist("origin")
        peer = scope.get("client")
        why = refusal(
            host=hosts[0] if len(hosts) == 1 else None,
            origin=None if not origins else origins[0] if len(origins) == 1 else "",
            peer=peer[0] if peer else None,
            named=self._named,
        )
        known = _cookie(headers)
        if why is None and GUARDED.fullmatch(scope["path"]) and not self._browsers.knows(known):
            why = "Sign in first."
        if why is not None:
            await _refuse(scope, receive, send, why)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._app(
            scope, receive, _telling(send, None if known else secrets.token_urlsafe(32))
        )


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # the browser's request to connect
        await send({"type": "websocket.close", "code": 1008, "reason": ""})  # policy violation
        return
    status = 403 if why == "Sign in first." else 421  # RFC 9110: misdirected request
    await PlainTextResponse(why, status)(scope, receive, _telling(send, None))


def _telling(send: Send, cookie: str | None) -> Send:
    """Send answers with our headers, and with a cookie to a browser that has none."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if cookie is not None:
                headers.append("set-cookie", f"{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax")
        await send(message)

    return told


def _cookie(headers: Headers) -> str | None:
    """The value of the browser's cookie, if it has our format."""
    try:
        sent = SimpleCookie("; ".join(headers.getlist("cookie"))).get(COOKIE)
    except CookieError:
        return None
    return sent.value if sent is not None and _VALUE.fullmatch(sent.value) else None


def middleware() -> list[Middleware]:
    """The middleware before Streamlit; also sets its options and disables its look-ups."""
    try:
        named = hosts_from_environment(os.environ)
    except BadRequest as error:
        raise SystemExit(en.said(error)) from error
    for name, value in {
        **theme.OPTIONS,
        **OPTIONS,
        "server.maxUploadSize": _most_megabytes(),
    }.items():
        config.set_option(name, value)
    # Streamlit asks a server on the internet for this machine's address to print it, and at every
    # websocket of an origin that it does not know. Nothing here needs the answer.
    net_util.get_external_ip = net_util.get_internal_ip = _no_address
    return [Middleware(Door, named=named)]


def _most_megabytes() -> int:
    """The largest upload of any kind of file; the workbench checks again, by kind."""
    try:
        settings = Settings.from_environment()
    except BadRequest:  # the screens report it
        return -(-max(limit.most for limit in SIZES) // MIB)
    return -(-max(settings.most_bytes(limit.kind) for limit in SIZES) // MIB)


def _no_address() -> None:
    """No address, without asking for one."""


def local() -> dict[str, Any]:
    """Return Streamlit's options for `python app.py`: this computer only, on the port asked for."""
    asked = os.environ.get(PORT, "")
    return {**LOCAL, "server.port": int(asked)} if asked.isdecimal() else dict(LOCAL)
