"""Reading, sealing and serving ask nobody anything, and write into the store and the temp folder.

Measured, not asserted from settings: the commands run in a network of their own, with a name
server that writes down every question, while strace writes down every connection and every file
that is opened to be written. The measure is measured too: what calls out is seen.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.workbench.drawn import plate_jpeg

ROOT = Path(__file__).resolve().parents[2]
NAME_SERVER = "10.53.0.1"
"""An address of the network that the test makes; nothing else is in it."""

SCRIPT = r"""
echo "nameserver $SERVER" > "$FOLDER/resolv.conf"
mount --bind "$FOLDER/resolv.conf" /etc/resolv.conf || exit 99
ip link set lo up && ip addr add "$SERVER/32" dev lo || exit 99
"$PYTHON" - "$SERVER" "$FOLDER/names" <<'PY' &
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], 53))
with open(sys.argv[2], "w", buffering=1) as names:
    names.write("\n")
    while True:
        asked, _ = server.recvfrom(4096)
        at, labels = 12, []
        while asked[at]:
            labels.append(asked[at + 1 : at + 1 + asked[at]].decode("ascii", "replace"))
            at += asked[at] + 1
        names.write(".".join(labels) + "\n")
PY
SERVING=$!
until [ -s "$FOLDER/names" ]; do sleep 0.05; done
CALLS=connect,sendto,sendmsg,sendmmsg,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2
strace -f --seccomp-bpf -y -s 4096 -o "$FOLDER/trace" -e trace=$CALLS "$@"
ENDED=$?
kill $SERVING
exit $ENDED
"""
_ADDRESS = re.compile(r'sin6?_addr=inet_(?:addr\(|pton\(AF_INET6, (?:&sin6_addr, )?)"([^"]+)"')
_WRITES = re.compile(r"^\d+ +(?:creat|mkdir|rename|open(?:at)?\(.*O_(?:WRONLY|RDWR|CREAT))")
_QUOTED = re.compile(r'(?:AT_FDCWD<([^>]*)>, |\d+<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


def _cannot() -> str | None:
    """Why no network of one's own can be made here; None if it can."""
    missing = [name for name in ("unshare", "ip", "mount", "strace") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} missing (Debian: util-linux, iproute2, mount, strace)"
    tried = subprocess.run(
        ["unshare", "-n", "-m", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
    )
    return None if tried.returncode == 0 else "networks are made by root only, or not at all here"


@dataclass(frozen=True)
class Measured:
    """What a command asked and touched."""

    names: list[str]
    addresses: set[str]
    """Beyond this computer."""
    written: set[str]
    """Outside the folder of the test."""
    home: list[str]


def measure(folder: Path, *command: str, **environment: str) -> Measured:
    """Run a command of ours in a network of its own."""
    for name in ("home", "temp", "here"):
        (folder / name).mkdir()
    done = subprocess.run(
        ["unshare", "-n", "-m", "bash", "-c", SCRIPT, "_", *command],
        cwd=folder / "here",
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "temp"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",  # Python's own, beside its sources
            "FOLDER": str(folder),
            "PYTHON": sys.executable,
            "SERVER": NAME_SERVER,
            **environment,
        },
    )
    if done.returncode == 99:
        pytest.skip("No network of its own can be made here (unshare, mount, ip).")
    assert done.returncode == 0, done.stdout + done.stderr
    calls = (folder / "trace").read_text("utf-8", "replace").splitlines()
    addresses = {found for call in calls for found in _ADDRESS.findall(call)}
    return Measured(
        names=(folder / "names").read_text("utf-8").split(),
        addresses={at for at in addresses if not at.startswith("127.") and at != "::1"},
        written={
            path
            for call in calls
            if _WRITES.match(call) and " = -1" not in call
            for path in _paths(call)
            if not path.startswith((str(folder), "/dev/null", "/dev/tty"))
        },
        home=[str(path) for name in ("home", "here") for path in (folder / name).rglob("*")],
    )


def _paths(call: str) -> list[str]:
    """The paths of a call, whole."""
    return [str(Path(one or other or "/") / name) for one, other, name in _QUOTED.findall(call)]


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_cannot() is not None, reason=f"no network of its own: {_cannot()}"),
]


def test_reading_sealing_and_serving_call_nobody_and_write_into_the_store_only(
    tmp_path: Path,
) -> None:
    (tmp_path / "plate.jpg").write_bytes(plate_jpeg())
    found = measure(
        tmp_path,
        sys.executable,
        str(Path(__file__).with_name("offline_work.py")),
        str(tmp_path / "plate.jpg"),
        str(tmp_path / "store"),
        NAMEPLATE_STORE=str(tmp_path / "store"),
        NAMEPLATE_READERS="rapidocr",
        NAMEPLATE_READING_SECONDS="5",
    )
    assert found.names == []
    assert found.addresses == set()
    assert found.written == set()
    assert found.home == []


@pytest.mark.parametrize(
    ("calls", "asked"),
    [
        ("import socket; socket.socket().connect_ex(('203.0.113.7', 443))", "203.0.113.7"),
        ("from socket import *; socket(type=SOCK_DGRAM).connect(('10.53.0.1', 1))", "10.53.0.1"),
    ],
)
def test_the_measure_sees_a_connection(tmp_path: Path, calls: str, asked: str) -> None:
    found = measure(tmp_path, sys.executable, "-c", calls)
    assert asked in found.addresses


def test_the_measure_sees_a_question_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "calls.py").write_text(
        "import pathlib, subprocess, sys\n"
        "pathlib.Path.home().joinpath('id').write_text('1')\n"
        "ask = 'import socket; socket.getaddrinfo(\"telemetry.example\", 80)'\n"
        "subprocess.run([sys.executable, '-c', ask], stderr=-3, timeout=1)\n"
    )
    found = measure(
        tmp_path,
        sys.executable,
        "-c",
        f"import subprocess, sys; subprocess.run([sys.executable, '{tmp_path / 'calls.py'}'], "
        "stderr=-3)",
    )
    assert "telemetry.example" in found.names
    assert str(tmp_path / "home" / "id") in found.home
