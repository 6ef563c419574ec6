"""What can go wrong in this room; every error says what happened and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.errors import Exit, NameplateError

if TYPE_CHECKING:
    from values.sentence import Sentence


class VisionError(NameplateError):
    """The base of all errors of this room."""


class EngineMissing(VisionError):  # named for what it says on the screen
    """A reader was asked for that is not installed here."""

    exit_code = Exit.NOT_RUN


class WeightsUnknown(VisionError):
    """A reader's weights are not the ones that its figures were measured with."""

    exit_code = Exit.DAMAGED


class ReadingRefused(VisionError):
    """A stored reading or lattice cannot be rebuilt, because its data are not what they claim."""

    exit_code = Exit.DAMAGED


class FactsUnread(VisionError):
    """A part of what a file says of itself cannot be read; the sentence says which, and why."""

    sentence: Sentence

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)


class DecodeError(VisionError):
    """A file could not be turned into a picture or a clip; the sentence names it (`name`)."""

    sentence: Sentence

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)


class EmptyFile(DecodeError):
    """The file holds no bytes at all."""


class NotAPhoto(DecodeError):
    """The first bytes are not those of a picture, whatever the name says."""


class TooLarge(DecodeError):
    """The file, its picture or its time line is larger than the limits allow."""


class TooSlow(DecodeError):
    """Decoding took longer than the limits allow and was given up."""


class DamagedFile(DecodeError):
    """The file begins like a picture or a clip, but cannot be decoded to its end."""


class DecoderStopped(DecodeError):
    """The process that opened the file broke off, or was stopped at a limit."""


class MemberDamaged(DecodeError):
    """A member of an archive cannot be unpacked; the archive's other members can."""


class NotAClip(DecodeError):
    """The file holds no video that can be decoded."""


class ArchiveRefused(DecodeError):
    """A whole archive cannot be read: no archive, encrypted, or too large to look into."""
