"""The errors of this package; each says what happened and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.errors import Exit, NameplateError

if TYPE_CHECKING:
    from values.sentence import Sentence


class VisionError(NameplateError):
    """The base class of this package's errors."""


class EngineMissing(VisionError):  # named for what the screen shows
    """The requested engine is not installed."""

    exit_code = Exit.NOT_RUN


class WeightsUnknown(VisionError):
    """An engine's weights are not the ones that its figures were measured with."""

    exit_code = Exit.DAMAGED


class ReadingRefused(VisionError):
    """A stored reading or lattice is invalid and cannot be rebuilt."""

    exit_code = Exit.DAMAGED


class FactsUnread(VisionError):
    """Some embedded facts of a file cannot be read; the sentence says which, and why."""

    sentence: Sentence

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)


class DecodeError(VisionError):
    """A file could not be turned into a picture or a clip; the sentence names it (`name`)."""

    sentence: Sentence

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)


class EmptyFile(DecodeError):
    """The file is empty."""


class NotAPhoto(DecodeError):
    """The first bytes are not those of a picture, whatever the file name says."""


class TooLarge(DecodeError):
    """The file, its picture or its duration exceeds the limits."""


class TooSlow(DecodeError):
    """Decoding took longer than the limits allow and was aborted."""


class DamagedFile(DecodeError):
    """The file begins like a picture or a clip, but cannot be decoded completely."""


class DecoderStopped(DecodeError):
    """The process that opened the file crashed, or was stopped at a limit."""


class MemberDamaged(DecodeError):
    """A member of an archive cannot be unpacked; the archive's other members can."""


class NotAClip(DecodeError):
    """The file holds no video that can be decoded."""


class ArchiveRefused(DecodeError):
    """A whole archive cannot be read: not an archive, encrypted, or too large to inspect."""
