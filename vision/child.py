"""Decode untrusted files in a child process that is killed when it exceeds a limit.

Decoders are large C programs, and attackers write files for them. If one crashes, hangs or uses too
much memory, only the child dies: the file is rejected with an explanation and the next file gets a
new process. A child that works is reused, so that a photo costs a copy of its bytes and pixels, not
a process start.

The child has a reduced environment without secrets and cannot write files. Its answers are
unpickled into this package's own value classes only, since a compromised decoder may answer
anything.

    python -m vision.child        (started by `Decoders`; talks over stdin and stdout)
"""

from __future__ import annotations

import atexit
import hashlib
import io
import math
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import numpy as np

from values.offline import SILENCED
from values.rule import Declared
from values.sentence import Sentence, say
from vision import errors
from vision.copies.verdict import fingerprint
from vision.errors import DecodeError, DecoderStopped
from vision.frames import choose_frames, grab_frame, probe_clip
from vision.media.archive import Archive, ArchiveLimits, ListedMember, MemberRefusal
from vision.media.clip import ClipFacts, ClipLimits
from vision.media.decode import LIMITS, DecodeLimits, decode_photo
from vision.media.metadata import read_embedded
from vision.types import EmbeddedFact, EmbeddedFacts, Fingerprint, Frame, Photo

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

if sys.platform != "win32":  # on Windows, only the time is limited
    import fcntl
    import resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """Resource limits of the child process, for one file."""

    memory_bytes: int
    """Address space in bytes, on top of what the process uses at its start."""
    cpu_seconds: int
    wall_seconds: float
    """Seconds from one answer to the next."""


PHOTO_LIMITS: Final = ChildLimits(memory_bytes=3 << 30, cpu_seconds=90, wall_seconds=180.0)
"""Limits for a photo. 120 million pixels need 360 MB as RGB, and up to seven times that while
16-bit grey is converted to 8 bits. The decoder has its own limit of thirty seconds, which it checks
only between reads.
"""
CLIP_LIMITS: Final = ChildLimits(memory_bytes=6 << 30, cpu_seconds=3_600, wall_seconds=900.0)
"""Limits for a clip. One walk over it stops by itself after 240 s (`ClipLimits`); 8K frames on all
cores plus the selected stills take some GB.
"""
ARCHIVE_LIMITS: Final = ChildLimits(memory_bytes=1 << 30, cpu_seconds=300, wall_seconds=300.0)
"""Limits for a ZIP, which is unpacked in chunks; its directory of 5,000 members takes a few MB."""

RULES: Final = Declared(
    "child",
    test="tests/unit/vision/test_child.py",
    source="decision 0075; measured on files of 120 million pixels",
    units={
        "PHOTO_LIMITS": "bytes, seconds",
        "CLIP_LIMITS": "bytes, seconds",
        "ARCHIVE_LIMITS": "bytes, seconds",
    },
)

COMMAND: Final = (sys.executable, "-P", "-m", "vision.child")
ENVIRONMENT: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH",
    "VIRTUAL_ENV", "OMP_NUM_THREADS", "PYTHONDONTWRITEBYTECODE",
)  # fmt: skip
"""Environment variables that the child gets; database addresses and bucket keys are not among them.
"""
FILES_EACH: Final = 200
"""Files after which a child is replaced, so that decoder leaks stay small."""
KEPT_IDLE: Final = 2
"""Maximum number of idle children."""
_LENGTHS: Final = struct.Struct(">QQ")
_PIPE_BYTES: Final = 1 << 20
_MOST_ANSWER: Final = 4 << 30


# --- in the child process ------------------------------------------------------------------


def open_photo(
    data: bytes, name: str, limits: DecodeLimits
) -> tuple[Photo, Fingerprint, EmbeddedFacts]:
    """Decode a photo, with everything else that intake needs from its bytes."""
    photo = decode_photo(data, name=name, limits=limits)
    return photo, fingerprint(photo), read_embedded(data)


def list_archive(
    path: Path, name: str, limits: ArchiveLimits
) -> tuple[ListedMember | MemberRefusal, ...]:
    """List the members of a ZIP, each accepted or refused."""
    return _archive(path, name, limits).members


def unpack(path: Path, name: str, limits: ArchiveLimits, index: int) -> Iterator[bytes]:
    """Unpack one member of a ZIP in chunks."""
    yield from _archive(path, name, limits).pieces(index)


_open_archives: dict[tuple[Path, str, ArchiveLimits], Archive] = {}


def _archive(path: Path, name: str, limits: ArchiveLimits) -> Archive:
    """Open an archive; the last one stays open, so that its directory is read once."""
    key = (path, name, limits)
    if key not in _open_archives:
        _open_archives.clear()
        _open_archives[key] = Archive(path, name=name, limits=limits)
    return _open_archives[key]


def choose(path: Path, name: str, limits: ClipLimits) -> Iterator[Frame | Sentence]:
    """Yield the stills of a clip that are worth reading, and sentences about parts that failed.

    A clip that is refused also yields its sentences before the refusal.
    """
    said: list[Sentence] = []
    try:
        yield from choose_frames(path, limits=limits, on_problem=said.append, name=name)
    except DecodeError:
        yield from said
        raise
    yield from said


JOBS: Final[dict[str, Callable[..., Any]]] = {
    "photo": open_photo,
    "archive": list_archive,
    "member": unpack,
    "clip": lambda path, name, limits: probe_clip(path, name=name, limits=limits),
    "frames": choose,
    "frame": lambda path, name, seconds: grab_frame(path, name=name, seconds=seconds),
}


def main() -> None:
    """Answer requests until the parent process is gone."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)  # keeps library output out of the answers
    os.dup2(nothing, 1)
    _forbid()
    while (request := _receive(asked)) is not None:
        job, arguments, limits = pickle.loads(request[0])  # noqa: S301 - from our own parent
        _limit(limits)
        try:
            found = JOBS[job](*arguments)
            if hasattr(found, "__next__"):
                for one in found:
                    _send(answers, ("item", one))
                found = None
            _send(answers, ("done", found))
        except DecodeError as error:
            _send(answers, ("refused", (type(error).__name__, error.sentence)))
        except MemoryError:
            _send(answers, ("memory", None))
        except Exception as error:  # decoders of hostile files raise anything
            _send(answers, ("failed", type(error).__name__))


def _forbid() -> None:
    """Forbid writing files and core dumps."""
    if sys.platform != "win32":
        for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(what, (0, resource.getrlimit(what)[1]))


def _limit(limits: ChildLimits) -> None:
    """Set the resource limits for the next job."""
    if sys.platform == "win32":
        return
    with suppress(OSError, ValueError):
        held = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        _set(resource.RLIMIT_AS, held + limits.memory_bytes)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds)


def _set(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


# --- encoding of values --------------------------------------------------------------------

_VALUES: Final = {
    (one.__module__, one.__qualname__): one
    for one in (
        Photo, Fingerprint, EmbeddedFact, EmbeddedFacts, ClipFacts, Frame, ListedMember,
        MemberRefusal, Fraction, Sentence,
    )
}  # fmt: skip
"""The only classes that an answer may hold."""


class _Writer(pickle.Pickler):
    """Pickles values, with their pixels as separate buffers."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, protocol=5)
        self.pixels: list[memoryview] = []
        self.size = 0

    def persistent_id(self, value: object) -> object:
        if not isinstance(value, np.ndarray):
            return None
        laid = np.ascontiguousarray(value)
        self.pixels.append(laid.reshape(-1).view(np.uint8).data)
        at, self.size = self.size, self.size + laid.nbytes
        return laid.dtype.str, laid.shape, at


class _Reader(pickle.Unpickler):
    """Unpickles this package's value classes only; anything else in an answer is refused."""

    def __init__(self, message: bytes, pixels: bytearray) -> None:
        super().__init__(io.BytesIO(message))
        self._pixels = pixels

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _VALUES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not a value of an answer") from None

    def persistent_load(self, pid: Any) -> Any:
        kind, shape, at = pid
        if kind not in ("|u1", "<f4", "<f8", "<i4", "<i8"):
            raise pickle.UnpicklingError(f"{kind!r} are not pixels")
        count = math.prod(shape)
        return np.frombuffer(self._pixels, dtype=kind, count=count, offset=at).reshape(shape)


def _send(to: BinaryIO, answer: tuple[str, object]) -> None:
    """Write one message: two lengths, the values, and their pixels."""
    buffer = io.BytesIO()
    writer = _Writer(buffer)
    writer.dump(answer)
    to.write(_LENGTHS.pack(buffer.tell(), writer.size))
    to.write(buffer.getbuffer())
    for part in writer.pixels:
        to.write(part)
    to.flush()


def _receive(source: BinaryIO) -> tuple[bytes, bytearray] | None:
    """Read one message and its pixels; None if the other side is gone."""
    head = source.read(_LENGTHS.size)
    if len(head) < _LENGTHS.size:
        return None
    length, size = _LENGTHS.unpack(head)
    if length + size > _MOST_ANSWER:
        return None
    body = source.read(length)
    pixels = bytearray(size)
    left = memoryview(pixels)
    while left:
        got = source.readinto(left)  # type: ignore[attr-defined]
        if not got:
            return None
        left = left[got:]
    return (body, pixels) if len(body) == length else None


# --- in the parent process -----------------------------------------------------------------


class BrokenOff(DecoderStopped):
    """The child ended by itself, or something other than our limits ended it."""


class Child:
    """One child process, which opens files one after the other."""

    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the parent, which finishes the current file
            env={**kept, **SILENCED, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        )
        # neither is None, since both pipes were requested
        self._asks = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        if sys.platform == "linux":
            with suppress(OSError):  # a larger pipe: fewer round trips for the same pixels
                fcntl.fcntl(self._answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.files = 0
        """Files opened so far."""
        self.busy = False
        """Whether a job is running, so that an answer may still come."""

    @property
    def usable(self) -> bool:
        """Whether it can take another file."""
        return not self.busy and self.files < FILES_EACH and self._process.poll() is None

    def asked(self, job: str, name: str, arguments: tuple[Any, ...], limits: ChildLimits) -> Any:
        """Yield the answers to a job; the last one is ("done", value). Raises DecodeError."""
        self.files += 1
        self.busy = True
        request = pickle.dumps((job, arguments, limits), protocol=5)
        with suppress(OSError):  # the child is gone; reading the answer reports it
            self._asks.write(_LENGTHS.pack(len(request), 0))
            self._asks.write(request)
            self._asks.flush()
        while True:
            what, value = self._answer(name, limits)
            if what == "item":
                yield what, value
                continue
            self.busy = False
            if what == "done":
                yield what, value
                return
            raise _error(what, value, name, limits)

    def _answer(self, name: str, limits: ChildLimits) -> tuple[str, Any]:
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(limits.wall_seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            message = _receive(self._answers)
        finally:
            timer.cancel()
        if message is None:
            raise self._end(name, limits, late=late.is_set())
        try:
            what, value = _rebuilt(_Reader(*message).load())
        except Exception as error:  # a compromised decoder may answer anything
            self.close()
            raise DecoderStopped(say("decoder.nonsense", name=name)) from error
        return str(what), value

    def _end(self, name: str, limits: ChildLimits, *, late: bool) -> DecoderStopped:
        """Return the error for an answer that will never come."""
        try:
            ended = self._process.wait(timeout=2)  # it may have closed its output just before
        except subprocess.TimeoutExpired:
            self._process.kill()
            ended = self._process.wait()
        self.close()
        if late or ended == -getattr(signal, "SIGXCPU", 0):
            most = limits.wall_seconds if late else limits.cpu_seconds
            return DecoderStopped(say("decoder.slow", name=name, seconds=float(most)))
        return BrokenOff(say("decoder.broke-off", name=name, ended=ended))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._asks, self._answers):
            with suppress(OSError):
                pipe.close()


def _error(what: str, value: Any, name: str, limits: ChildLimits) -> DecodeError:
    """Return the error that an answer describes."""
    if what == "refused":
        kind, sentence = value
        found = getattr(errors, str(kind), None)
        if not isinstance(sentence, Sentence):
            return DecoderStopped(say("decoder.nonsense", name=name))
        if isinstance(found, type) and issubclass(found, DecodeError):
            return found(sentence)
    if what == "memory":
        most = limits.memory_bytes / 2**30
        return errors.TooLarge(say("decoder.memory", name=name, gibibytes=most))
    return errors.DamagedFile(say("decoder.failed", name=name, why=str(value)[:60]))


def _rebuilt(answer: Any) -> Any:
    """Rebuild each sentence in an answer through its constructor; raises for anything malformed."""
    if isinstance(answer, tuple):
        return tuple(map(_rebuilt, answer))
    if isinstance(answer, Sentence):
        return _rebuilt_sentence(answer)
    if isinstance(answer, EmbeddedFacts | ClipFacts):
        return replace(answer, problems=tuple(map(_rebuilt_sentence, answer.problems)))
    if isinstance(answer, Frame):
        return replace(answer, why=_rebuilt_sentence(answer.why))
    if isinstance(answer, MemberRefusal):
        return replace(answer, problem=_rebuilt_sentence(answer.problem))
    return answer


def _rebuilt_sentence(sentence: Any) -> Sentence:
    """Rebuild a sentence so that its class validates it; unpickling does not."""
    return Sentence(sentence.id, sentence.parameters)


class Decoders:
    """Decodes files in child processes; thread-safe, each thread uses its own child."""

    def __init__(self) -> None:
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def photo(
        self, data: bytes, *, name: str, limits: DecodeLimits | None = None
    ) -> tuple[Photo, Fingerprint, EmbeddedFacts]:
        """Decode a photo, and return its fingerprint and embedded facts too. Raises DecodeError."""
        found: tuple[Photo, Fingerprint, EmbeddedFacts] = self._one(
            "photo", name, (data, name, limits or LIMITS), PHOTO_LIMITS
        )
        if found[0].photo_id != hashlib.sha256(data).hexdigest():
            raise DecoderStopped(say("decoder.another", name=name))
        return found

    def archive(
        self, path: Path, *, name: str, limits: ArchiveLimits
    ) -> tuple[ListedMember | MemberRefusal, ...]:
        """List the members of a ZIP. Raises DecodeError."""
        found: tuple[ListedMember | MemberRefusal, ...] = self._one(
            "archive", name, (path, name, limits), ARCHIVE_LIMITS
        )
        return found

    def member(
        self, path: Path, *, name: str, limits: ArchiveLimits, member: ListedMember
    ) -> Generator[bytes]:
        """Unpack a member in chunks, no more than its declared size. Raises DecodeError."""
        left = member.size
        arguments = (path, name, limits, member.index)
        for what, piece in self._each("member", member.name, arguments, ARCHIVE_LIMITS):
            if what == "item":
                left -= len(piece)
                if left < 0:
                    raise errors.MemberDamaged(say("member.larger-than-declared", name=member.name))
                yield piece

    def clip(self, path: Path, *, name: str, limits: ClipLimits) -> ClipFacts:
        """Read a clip's header. Raises DecodeError."""
        found: ClipFacts = self._one("clip", name, (path, name, limits), CLIP_LIMITS)
        return found

    def frames(
        self, path: Path, *, name: str, limits: ClipLimits, on_problem: Callable[[Sentence], None]
    ) -> Generator[Frame]:
        """Choose the stills of a clip, in order of time. Raises DecodeError."""
        for what, one in self._each("frames", name, (path, name, limits), CLIP_LIMITS):
            if what == "item" and isinstance(one, Frame):
                yield one
            elif isinstance(one, Sentence):
                on_problem(one)
            elif what == "item":
                raise DecoderStopped(say("decoder.nonsense", name=name))

    def frame(self, path: Path, *, name: str, seconds: float | Fraction) -> Frame:
        """Return the frame shown at a time. Raises DecodeError."""
        found: Frame = self._one("frame", name, (path, name, seconds), CLIP_LIMITS)
        return found

    def close(self) -> None:
        """End the idle children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def _one(self, job: str, name: str, arguments: tuple[Any, ...], limits: ChildLimits) -> Any:
        """Run a job that returns one value."""
        return [value for _what, value in self._each(job, name, arguments, limits)][-1]

    def _each(
        self, job: str, name: str, arguments: tuple[Any, ...], limits: ChildLimits
    ) -> Iterator[tuple[str, Any]]:
        """Yield the answers to a job, retrying once in a new child if a reused one broke off.

        A child that breaks off on its first file is not retried: the earlier files cannot be the
        cause.
        """
        given = False
        with self._child() as child:
            try:
                for answer in child.asked(job, name, arguments, limits):
                    given = True
                    yield answer
            except BrokenOff:
                if given or child.files == 1:
                    raise
            else:
                return
        with self._child(new=True) as child:
            yield from child.asked(job, name, arguments, limits)

    @contextmanager
    def _child(self, *, new: bool = False) -> Iterator[Child]:
        """Borrow a child for one job; afterwards it becomes idle if it is still usable."""
        child = Child() if new else self._take()
        try:
            yield child
        finally:
            with self._lock:
                keep = child.usable and len(self._idle) < KEPT_IDLE
                if keep:
                    self._idle.append(child)
            if not keep:
                child.close()

    def _take(self) -> Child:
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                return Child()
            if child.usable:
                return child
            child.close()


DECODERS: Final = Decoders()
"""The child processes shared by everything in this process."""
atexit.register(DECODERS.close)


if __name__ == "__main__":
    main()
