"""Strings in, explained candidates out. Knows no pixels and no storage."""

from values import offline as offline
