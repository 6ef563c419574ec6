"""One file per question; each prints a table for people and, with --json, numbers for programs."""

from values import offline as offline
