"""Snapshots: one immutable file of records, to build, open, verify and compare."""
