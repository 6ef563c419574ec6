"""The error of the renderer."""

from __future__ import annotations

from values.errors import NameplateError


class RendererError(NameplateError):
    """A plate or photo could not be drawn; `diagnostics()` says why and what to do."""

    def __init__(self, happened: str, remedy: str) -> None:
        super().__init__(happened, remedy=remedy)
