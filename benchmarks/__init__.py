"""Benchmarks, one file per question; each prints a table, and numbers with --json."""

from values import offline as offline
