"""Intake: files from outside become exhibits, or are refused on record."""
