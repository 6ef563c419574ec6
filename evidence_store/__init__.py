"""Bytes and entries in, things that can be proved later out. Knows no pixels and no catalog."""

from values import offline as offline
