"""What can go wrong while drawing."""

from __future__ import annotations


class RendererError(Exception):
    """A plate or photo could not be drawn; `diagnostics()` says why and what to do."""

    def __init__(self, happened: str, remedy: str) -> None:
        super().__init__(happened)
        self.happened = happened
        self.remedy = remedy

    def diagnostics(self) -> str:
        """What happened and what to do about it, in two sentences."""
        return f"{self.happened} {self.remedy}"
