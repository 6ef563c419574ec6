"""The strict JSON codec of the catalog: values to JSON and back, rejecting unknown members.

Records have their own form (`catalog.records.records_json`), in which empty members are left out.
"""

from __future__ import annotations

from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json

from catalog.errors import RecordInvalid

T = TypeVar("T")
Written: TypeAlias = dict[str, JsonValue]


class Codec(Generic[T]):
    """Writes values of one type as a JSON object, and reads them back.

    `what` names it in errors, `remedy` says what to do about them.
    """

    def __init__(self, of: type[T], *, what: str, remedy: str) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(of)
        self._what, self._remedy = what, remedy

    def write(self, value: T) -> Written:
        """Convert a value to JSON-compatible data."""
        written: Written = self._adapter.dump_python(value, mode="json")
        return written

    def read(self, value: object) -> T:
        """Convert JSON-compatible data to a value. Raises RecordInvalid."""
        return self.read_bytes(to_json(value))

    def read_bytes(self, data: bytes) -> T:
        """Parse a value from its JSON. Raises RecordInvalid, which names what is wrong."""
        try:
            return self._adapter.validate_json(data, strict=True, extra="forbid")
        except ValidationError as error:
            first: Any = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"])) or "it"
            raise RecordInvalid(
                f"{self._what} cannot be read: {where}: {first['msg']}.", remedy=self._remedy
            ) from None
