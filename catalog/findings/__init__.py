"""Findings on candidates, and the storage form of a search and its findings."""
