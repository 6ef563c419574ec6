"""The migrations themselves; a file that has been released is never edited."""
