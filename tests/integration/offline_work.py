"""The whole way as commands, for `test_offline.py`: read, seal, verify, and serve to a browser."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> str:
    """One command of ours; its output. Ends the whole where it cannot be run or fails."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout.strip()


def work(photo: str, store: str) -> None:
    """Take in, read, judge, seal and verify."""
    run("workbench", "enrol", "Person One")
    case = run("workbench", "case", "--title", "A turret", "--policy", "solo").split("\t")[0]
    run("workbench", "ingest", case, photo)
    run("workbench", "read", case)
    shown = run("workbench", "show", case)
    assert shown, "the reader read nothing"
    run("workbench", "export", case)
    run("evidence_store", "audit", store)


def serve() -> None:
    """Serve as `streamlit run app.py` does; a page of its own and a foreign one ask for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(ROOT / "app.py"),
            "--server.port",
            str(port),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _ask(port)
    finally:
        app.send_signal(signal.SIGTERM)
        app.wait(timeout=30)


def _ask(port: int) -> None:
    end = time.monotonic() + 90
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
            break
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
    assert not _draws(port, "http://evil.example"), "a foreign page was let in"
    assert _draws(port, f"http://localhost:{port}")


def _draws(port: int, origin: str) -> bool:
    """Whether a page of that origin has the app draw its first screen, with all that it loads."""
    try:
        with connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            origin=origin,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            open_timeout=20,
        ) as channel:
            message = BackMsg()
            message.rerun_script.query_string = ""
            channel.send(message.SerializeToString())
            while True:
                drawn = ForwardMsg()
                drawn.ParseFromString(channel.recv(timeout=60))
                if drawn.WhichOneof("type") == "script_finished":
                    return True
    except InvalidHandshake:
        return False


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(ROOT))
    work(sys.argv[1], sys.argv[2])
    serve()
