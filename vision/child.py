"""Open files from outside in a child process, which is killed at a limit.

Decoders are large programs in C that strangers write files for. One that crashes, hangs or eats
the memory takes a process with it that nobody shares: the file is refused with a sentence, and
the next one gets a new process. A child that does well is kept, so that a photo costs a copy of
its bytes and pixels, not the start of a process.

The child has no secrets (its environment is short), can write no file, and its answers are read
as values of this room and nothing else, since a decoder that was taken over may answer anything.

    python -m vision.child        (started by `Decoders`; speaks on its standard input and output)
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

if sys.platform != "win32":  # there, only the time is limited
    import fcntl
    import resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What one file may ask of the process that opens it."""

    memory_bytes: int
    """Address space beyond what the process has when it begins."""
    cpu_seconds: int
    wall_seconds: float
    """From one answer to the next."""


PHOTO_LIMITS: Final = ChildLimits(memory_bytes=3 << 30, cpu_seconds=90, wall_seconds=180.0)
"""A photo: 120 million pixels need 360 MB as RGB, and up to seven times that while grey of 16 bits
is made 8; thirty seconds are the decoder's own limit, which it looks at between reads only."""
CLIP_LIMITS: Final = ChildLimits(memory_bytes=6 << 30, cpu_seconds=3_600, wall_seconds=900.0)
"""A clip: a walk over it stops by itself after 240 s (`ClipLimits`); 8K frames of all cores and the
stills that are kept take some GB."""
ARCHIVE_LIMITS: Final = ChildLimits(memory_bytes=1 << 30, cpu_seconds=300, wall_seconds=300.0)
"""A ZIP is unpacked in pieces; its directory of 5,000 members takes a few MB."""

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
"""Variables that the child gets; addresses of databases and keys of buckets are not among them."""
FILES_EACH: Final = 200
"""Files after which a child is let go: what decoders leak stays small."""
KEPT_IDLE: Final = 2
"""Children that wait for the next file."""
_LENGTHS: Final = struct.Struct(">QQ")
_PIPE_BYTES: Final = 1 << 20
_MOST_ANSWER: Final = 4 << 30


# --- what the child does -----------------------------------------------------------------


def open_photo(
    data: bytes, name: str, limits: DecodeLimits
) -> tuple[Photo, Fingerprint, EmbeddedFacts]:
    """Everything that intake wants to know of a photo."""
    photo = decode_photo(data, name=name, limits=limits)
    return photo, fingerprint(photo), read_embedded(data)


def list_archive(
    path: Path, name: str, limits: ArchiveLimits
) -> tuple[ListedMember | MemberRefusal, ...]:
    """The members of a ZIP, judged."""
    return _archive(path, name, limits).members


def unpack(path: Path, name: str, limits: ArchiveLimits, index: int) -> Iterator[bytes]:
    """One member of a ZIP, in pieces."""
    yield from _archive(path, name, limits).pieces(index)


_open_archives: dict[tuple[Path, str, ArchiveLimits], Archive] = {}


def _archive(path: Path, name: str, limits: ArchiveLimits) -> Archive:
    """The archive that was asked for last stays open: its directory is read once."""
    key = (path, name, limits)
    if key not in _open_archives:
        _open_archives.clear()
        _open_archives[key] = Archive(path, name=name, limits=limits)
    return _open_archives[key]


def choose(path: Path, name: str, limits: ClipLimits) -> Iterator[Frame | Sentence]:
    """The stills of a clip that are worth reading, and sentences on what could not be had.

    A clip that is refused has its sentences too, before the refusal.
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
    """Answer until the one who asks is gone."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)  # what libraries print must not get between the answers
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
    """Write no file and no core dump."""
    if sys.platform != "win32":
        for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(what, (0, resource.getrlimit(what)[1]))


def _limit(limits: ChildLimits) -> None:
    """Let the next job take so much and no more."""
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


# --- values on their way -----------------------------------------------------------------

_VALUES: Final = {
    (one.__module__, one.__qualname__): one
    for one in (
        Photo, Fingerprint, EmbeddedFact, EmbeddedFacts, ClipFacts, Frame, ListedMember,
        MemberRefusal, Fraction, Sentence,
    )
}  # fmt: skip
"""The only classes that an answer may hold."""


class _Writer(pickle.Pickler):
    """Writes values, and sets their pixels aside as they lie in memory."""

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
    """Reads the values of this room; anything else in an answer is refused."""

    def __init__(self, message: bytes, pixels: bytearray) -> None:
        super().__init__(io.BytesIO(message))
        self._pixels = pixels

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _VALUES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no value of an answer") from None

    def persistent_load(self, pid: Any) -> Any:
        kind, shape, at = pid
        if kind not in ("|u1", "<f4", "<f8", "<i4", "<i8"):
            raise pickle.UnpicklingError(f"{kind!r} are no pixels")
        count = math.prod(shape)
        return np.frombuffer(self._pixels, dtype=kind, count=count, offset=at).reshape(shape)


def _send(to: BinaryIO, answer: tuple[str, object]) -> None:
    """Write one message: its two lengths, its values, and their pixels."""
    buffer = io.BytesIO()
    writer = _Writer(buffer)
    writer.dump(answer)
    to.write(_LENGTHS.pack(buffer.tell(), writer.size))
    to.write(buffer.getbuffer())
    for part in writer.pixels:
        to.write(part)
    to.flush()


def _receive(source: BinaryIO) -> tuple[bytes, bytearray] | None:
    """One message and its pixels, or None where the other side is gone."""
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


# --- whoever asks ------------------------------------------------------------------------


class BrokenOff(DecoderStopped):
    """The process ended by itself, or something else than a limit of ours ended it."""


class Child:
    """One process that opens files, one after the other."""

    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for whoever asks, who finishes the present file
            env={**kept, **SILENCED, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        )
        # both are there, since both were asked for
        self._asks = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        if sys.platform == "linux":
            with suppress(OSError):  # fewer turns for the same pixels
                fcntl.fcntl(self._answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.files = 0
        """Files that it was given so far."""
        self.busy = False
        """In the middle of a job: an answer to it may still come."""

    @property
    def usable(self) -> bool:
        """Whether another file can be given to it."""
        return not self.busy and self.files < FILES_EACH and self._process.poll() is None

    def asked(self, job: str, name: str, arguments: tuple[Any, ...], limits: ChildLimits) -> Any:
        """Yield the answers to a job, the last one as ("done", value). Raises DecodeError."""
        self.files += 1
        self.busy = True
        request = pickle.dumps((job, arguments, limits), protocol=5)
        with suppress(OSError):  # it is gone: the answer says so
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
            what, value = _made_anew(_Reader(*message).load())
        except Exception as error:  # an answer of a decoder that was taken over may be anything
            self.close()
            raise DecoderStopped(say("decoder.nonsense", name=name)) from error
        return str(what), value

    def _end(self, name: str, limits: ChildLimits, *, late: bool) -> DecoderStopped:
        """Say why there will be no answer any more."""
        try:
            ended = self._process.wait(timeout=2)  # it may have closed its answers just before
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
    """The error that an answer speaks of."""
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


def _made_anew(answer: Any) -> Any:
    """Make each sentence of an answer anew. Raises anything for what is no sentence."""
    if isinstance(answer, tuple):
        return tuple(map(_made_anew, answer))
    if isinstance(answer, Sentence):
        return _anew(answer)
    if isinstance(answer, EmbeddedFacts | ClipFacts):
        return replace(answer, problems=tuple(map(_anew, answer.problems)))
    if isinstance(answer, Frame):
        return replace(answer, why=_anew(answer.why))
    if isinstance(answer, MemberRefusal):
        return replace(answer, problem=_anew(answer.problem))
    return answer


def _anew(sentence: Any) -> Sentence:
    """Make a sentence anew, as its class asks: what is unpickled was never looked at."""
    return Sentence(sentence.id, sentence.parameters)


class Decoders:
    """Opens files in child processes; safe to share between threads, each has its own child."""

    def __init__(self) -> None:
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def photo(
        self, data: bytes, *, name: str, limits: DecodeLimits | None = None
    ) -> tuple[Photo, Fingerprint, EmbeddedFacts]:
        """Decode a photo; with its fingerprint and what it says of itself. Raises DecodeError."""
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
        """Unpack a member in pieces, no more than it declared. Raises DecodeError."""
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
        """Take the frame that is shown at a time. Raises DecodeError."""
        found: Frame = self._one("frame", name, (path, name, seconds), CLIP_LIMITS)
        return found

    def close(self) -> None:
        """End the children that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def _one(self, job: str, name: str, arguments: tuple[Any, ...], limits: ChildLimits) -> Any:
        """The value of a job that has one."""
        return [value for _what, value in self._each(job, name, arguments, limits)][-1]

    def _each(
        self, job: str, name: str, arguments: tuple[Any, ...], limits: ChildLimits
    ) -> Iterator[tuple[str, Any]]:
        """The answers to a job; a child that broke off at its first file is not asked again.

        One that had others before may have broken off for their sake: a new one is asked.
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
        """A child of one's own; afterwards it waits for the next file, if it is well."""
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
"""The children of this process, shared by everything in it."""
atexit.register(DECODERS.close)


if __name__ == "__main__":
    main()
