"""The workbench's only codec between values and JSON.

It reads as strictly as it writes: a member that is missing, unknown or of another type is refused
with a sentence, and so is a number in place of a text. Tuples are lists in JSON, enumerations and
dates are texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

if TYPE_CHECKING:
    from evidence_store.types import Json

_T = TypeVar("_T")


class NotUnderstood(ValueError):
    """JSON is not as expected; the message says what is wrong, without a full stop."""


class Codec(Generic[_T]):
    """Writes values of one type as JSON, and reads them back."""

    def __init__(self, of: type[_T]) -> None:
        self._adapter: TypeAdapter[_T] = TypeAdapter(of)

    def write(self, value: _T) -> Json:
        """Write a value as JSON. Raises PydanticSerializationError for a value of another type."""
        written: Json = self._adapter.dump_python(
            value, mode="json", by_alias=True, warnings="error"
        )
        return written

    def read(self, value: object) -> _T:
        """Read a value from JSON. Raises NotUnderstood."""
        return self.read_bytes(to_json(value))

    def read_bytes(self, data: bytes) -> _T:
        """Read a value from JSON in UTF-8. Raises NotUnderstood."""
        try:
            return self._adapter.validate_json(data, strict=True, extra="forbid")
        except ValidationError as error:
            raise NotUnderstood(_why(error)) from error


def _why(error: ValidationError) -> str:
    """The first error, in words."""
    first = error.errors(include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] in {"missing", "missing_argument"}:
        return f"the member {name!r} is missing"
    if first["type"] == "unexpected_keyword_argument":
        return f"the member {name!r} is not known to this program"
    said = first["msg"][:1].lower() + first["msg"][1:]
    return f"the member {name!r} is invalid: {said}" if name else said
