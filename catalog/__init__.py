"""Strings in, explained candidates out. Knows no pixels and no storage."""
