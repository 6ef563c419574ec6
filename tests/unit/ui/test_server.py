"""A running app, as a hostile page on the same computer meets it."""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from tests.conftest import ROOT
from ui.server import COOKIE, GUARDED, Browsers, local
from ui.tour import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOREIGN = ("http://evil.example", "http://localhost:9", "null", "file://")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as `streamlit run app.py` starts it, from a folder that is not its own."""
    folder = tmp_path_factory.mktemp("served")
    with served(folder / "store", folder=folder) as address:
        yield address


def asked(
    url: str, path: str = "/", method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def opens(url: str, origin: str | None, host: str | None = None, **headers: str) -> bool:
    """Whether the app's channel opens to a page of that origin."""
    address = url.removeprefix("http://")
    name, _, port = address.rpartition(":")
    try:
        with connect(
            f"ws://{host or address}/_stcore/stream",
            sock=socket.create_connection((name, int(port))),
            origin=origin,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers=headers,
            open_timeout=10,
        ):
            return True
    except InvalidHandshake:
        return False


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/media/a.png"])
def test_nothing_is_served_under_a_foreign_name(url: str, path: str) -> None:
    answer = asked(url, path, Host="evil.example")
    assert answer.status == 421
    assert b"NAMEPLATE_HOSTS" in answer.body  # type: ignore[attr-defined]


def test_a_doubled_host_is_no_host(url: str) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("Host", url.removeprefix("http://"))
    connection.putheader("Host", "evil.example")
    connection.endheaders()
    assert connection.getresponse().status in (400, 421)


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/static/none.js"])
def test_no_answer_may_be_framed_or_embedded_by_another_site(url: str, path: str) -> None:
    answer = asked(url, path)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_page_is_refused_at_once(url: str, origin: str) -> None:
    begun = time.monotonic()
    assert not opens(url, origin)
    assert asked(url, "/_stcore/health", Origin=origin).status == 421
    assert asked(url, "/_stcore/health", "POST", Origin=origin).status == 421
    assert time.monotonic() - begun < 5


def test_a_name_pointed_here_anew_opens_nothing(url: str) -> None:
    port = url.rpartition(":")[2]
    assert not opens(url, f"http://evil.example:{port}", f"evil.example:{port}")


def test_the_apps_own_page_opens_its_channel(url: str) -> None:
    assert opens(url, url)
    assert opens(url, url.replace("127.0.0.1", "localhost"))


def test_pictures_and_uploads_are_for_a_browser_in_which_somebody_signed_in(url: str) -> None:
    cookie = asked(url).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    value = cookie.partition(";")[0]
    for headers in ({}, {"Cookie": value}, {"Cookie": f"{COOKIE}=" + "a" * 43}):
        assert asked(url, "/media/0123abc.png", **headers).status == 403
        assert asked(url, "/_stcore/upload_file/a/b", "PUT", **headers).status == 403


def test_a_browser_is_known_until_it_signs_out() -> None:
    browsers = Browsers()
    value = "a" * 43
    assert not browsers.knows(value)
    assert not browsers.knows(None)
    browsers.admit("short")
    browsers.admit(None)
    assert not browsers.knows("short")
    browsers.admit(value)
    assert browsers.knows(value)
    browsers.dismiss(value)
    assert not browsers.knows(value)


def test_started_without_its_file_of_settings_the_app_is_as_safe(tmp_path: Path) -> None:
    """`app.py` elsewhere, bound to every address, beside a file that switches protection off."""
    (tmp_path / "app.py").write_text((ROOT / "app.py").read_text("utf-8"), "utf-8")
    settings = tmp_path / ".streamlit"
    settings.mkdir()
    (settings / "config.toml").write_text(
        '[browser]\nserverAddress = "localhost"\n'
        "[server]\nheadless = true\nenableCORS = false\nenableXsrfProtection = false\n"
    )
    with served(
        tmp_path / "store",
        folder=tmp_path,
        app=tmp_path / "app.py",
        environment={"PYTHONPATH": str(ROOT)},
        address="0.0.0.0",
    ) as url:
        assert asked(url).status == 200
        assert asked(url, Host="evil.example").status == 421
        assert asked(url, Host="0.0.0.0").status == 421
        assert not opens(url, "http://evil.example")
        assert asked(url, "/_stcore/health").headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("path", "guarded"),
    [
        ("/media/0123.png", True),
        ("/base/media/0123.png", True),
        ("/_stcore/upload_file/one/two", True),
        ("/static/media/MaterialSymbols-Rounded.woff2", False),
        ("/base/static/media/font.woff2", False),
        ("/static/js/index.js", False),
        ("/", False),
    ],
)
def test_pictures_and_uploads_are_guarded_and_the_pages_own_fonts_are_not(
    path: str, *, guarded: bool
) -> None:
    assert bool(GUARDED.fullmatch(path)) is guarded


@pytest.mark.parametrize(("asked", "port"), [("8765", 8765), ("", None), ("all", None)])
def test_the_app_listens_here_and_on_the_port_asked_for(
    asked: str, port: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", asked)
    options = local()
    assert options["server.address"] == "localhost"
    assert options.get("server.port") == port
