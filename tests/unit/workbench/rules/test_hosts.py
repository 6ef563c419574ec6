"""The app answers under its own names and to its own pages only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadRequest
from workbench.rules import hosts
from workbench.rules.hosts import Host, read_host, read_hosts, refusal
from workbench.settings import hosts_from_environment

OWN = "127.0.0.1:8501"


def refused(
    *,
    host: str | None = OWN,
    origin: str | None = None,
    peer: str | None = "127.0.0.1",
    to: str = "",
) -> bool:
    return refusal(host=host, origin=origin, peer=peer, named=read_hosts(to)) is not None


@pytest.mark.parametrize("host", [OWN, "localhost:8501", "LOCALHOST", "[::1]:8501", "localhost"])
def test_this_computer_is_served_under_its_own_names(host: str) -> None:
    assert not refused(host=host)
    assert not refused(host=host, origin=f"http://{host}")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8501", "localhost.evil.example", "evil.example.localhost",
        "127.0.0.1.nip.example", "192.168.1.20:8501", "0.0.0.0:8501", "[::]:8501", "127.0.0.2",
        "2130706433", "0x7f000001", "localhost@evil.example", "localhost/evil", "localhost:0",
        "localhost:99999", "localhost:", ":8501", "", None, "localhost evil.example", "localhost\0",
        "[::1", "[127.0.0.1]", "user:pass@localhost",
    ],
)  # fmt: skip
def test_under_any_other_name_nothing_is_served(host: str | None) -> None:
    assert refused(host=host)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:9999", "http://localhost", "http://127.0.0.1:85010", "https://localhost",
        "http://evil.example", "http://evil.example:8501", "http://localhost.evil.example:8501",
        "null", "", "file://", "file://localhost:8501", "chrome-extension://localhost:8501",
        "http://localhost:8501@evil.example", "http://localhost:8501/evil", "//localhost:8501",
        "http://localhost:8501, http://evil.example", "http://[::1]:9", "ftp://localhost:8501",
    ],
)  # fmt: skip
def test_a_page_that_the_app_did_not_serve_is_refused(origin: str) -> None:
    assert refused(origin=origin)


def test_its_own_page_is_answered_under_each_of_its_names() -> None:
    assert not refused(origin="http://localhost:8501")
    assert not refused(host="localhost:8501", origin="http://127.0.0.1:8501")
    assert not refused(host="localhost", origin="http://localhost:80")


def test_without_a_setting_only_this_computer_is_answered() -> None:
    for peer in ("192.168.1.9", "10.0.0.1", "fe80::1%eth0", "::ffff:192.168.1.9", "anything"):
        assert refused(peer=peer)
        assert not refused(peer=peer, to="team.example")
    for peer in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", None):
        assert not refused(peer=peer)


def test_the_setting_names_further_hosts_and_no_others() -> None:
    to = "team.example, 192.168.1.20:8501"
    assert not refused(host="team.example", origin="https://team.example", to=to)
    assert not refused(host="team.example:8501", origin="http://team.example:8501", to=to)
    assert not refused(host="192.168.1.20:8501", to=to)
    assert refused(host="192.168.1.20", to=to)
    assert refused(host="other.example", to=to)
    assert refused(host="a.team.example", to=to)
    assert refused(host="team.example", origin="https://other.example", to=to)
    assert refused(host="team.example:8501", origin="http://localhost:8501", to=to)


def test_a_proxy_may_ask_under_another_name_than_the_page_has() -> None:
    assert not refused(host=OWN, origin="https://team.example", to="team.example")
    assert not refused(host=OWN, origin="https://team.example:444", to="team.example:444")
    assert refused(host=OWN, origin="https://team.example:444", to="team.example")
    assert refused(host=OWN, origin="https://team.example")


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(BadRequest, match=r"NAMEPLATE_HOSTS names 'https://team\.example'"):
        hosts_from_environment({"NAMEPLATE_HOSTS": "one.example, https://team.example"})
    assert hosts_from_environment({"NAMEPLATE_HOSTS": " , "}) == ()
    assert hosts_from_environment({}) == ()


@given(st.text(max_size=60), st.text(max_size=60) | st.none(), st.text(max_size=40))
def test_no_header_whatsoever_raises(host: str, origin: str | None, peer: str) -> None:
    refusal(host=host, origin=origin, peer=peer, named=(Host("team.example"),))
    read_host(host)


@given(st.from_regex(r"[a-z]{1,12}(\.[a-z]{1,8}){1,3}", fullmatch=True), st.integers(1, 65535))
def test_no_name_of_another_is_ours(name: str, port: int) -> None:
    assert refused(host=f"{name}:{port}")
    assert refused(origin=f"http://{name}:{port}")


def test_the_names_and_ports_of_this_machine() -> None:
    assert {"localhost", "127.0.0.1", "::1"} == hosts.LOOPBACK_NAMES
    assert hosts.SETTING == "NAMEPLATE_HOSTS"
    assert hosts.USUAL_PORTS == {"http": 80, "https": 443}
