"""`vision.child` with jobs that go wrong as the name of the file says, for the tests of it.

python dying_child.py        `killed.jpg` is killed, `hangs.jpg` never ends, …
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from values.sentence import say
from vision import child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def misbehave(name: str) -> None:
    """Do what a file of that name makes a decoder do."""
    word = name.rpartition("/")[2].partition(".")[0].partition("-")[0]
    if word == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == "hangs":
        time.sleep(3600)
    if word == "spins":
        while True:
            pass
    if word == "eats":
        held = [bytes(1 << 26)]
        while True:
            held.append(bytearray(1 << 26))  # type: ignore[arg-type]
    if word == "leaves":
        os._exit(3)
    if word == "exits":
        sys.exit(4)
    if word == "shuts":
        os.close(ANSWERS)
        time.sleep(3600)
    if word == "deep":
        misbehave_deeply()
    if word == "chatters":
        os.write(ANSWERS, b"\0" * 7 + b"\x05" + b"\0" * 8 + b"hello")
        os._exit(0)
    if word == "lies":
        raise Lie


def misbehave_deeply() -> None:
    """Never come back."""
    misbehave_deeply()


class Lie(Exception):
    """Stands for a decoder that was taken over."""


def wrapped(job: Callable[..., Any]) -> Callable[..., Any]:
    """A job that may go wrong before it begins; after its first answer where it has several."""

    def work(*arguments: Any) -> Any:
        name = next(part for part in arguments if isinstance(part, str))
        if "-later" not in name:
            misbehave(name)
        found = job(*arguments)
        return later(found, name) if hasattr(found, "__next__") else found

    return work


def later(found: Iterator[Any], name: str) -> Iterator[Any]:
    """The answers, and after the first what the name says."""
    for one in found:
        yield one
        misbehave(name)
        if name.startswith("babbles"):
            yield "A text."


def photo(data: bytes, name: str, limits: Any) -> Any:
    """Open a photo; one that lies answers with a call instead of a value.

    One that babbles has a problem that is no sentence, one that pretends a text for its sentence.
    """
    try:
        misbehave(name)
    except Lie:
        return Call()
    found = child.open_photo(data, name, limits)
    if name.startswith("babbles"):
        return (*found[:2], replace(found[2], problems=("A text.",)))
    if name.startswith("pretends"):
        said = replace(say("embedded.no-picture"), shown="All is well.")
        return (*found[:2], replace(found[2], problems=(said,)))
    return found


class Call:
    """Pickled, it makes whoever reads it carelessly call something."""

    def __reduce__(self) -> Any:
        return os.system, ("touch " + os.environ.get("TMPDIR", "/tmp") + "/called",)


ANSWERS = 4
"""The descriptor of the answers: the second that the child makes."""

if __name__ == "__main__":
    for job in ("archive", "member", "clip", "frames", "frame"):
        child.JOBS[job] = wrapped(child.JOBS[job])
    child.JOBS["photo"] = photo
    child.main()
