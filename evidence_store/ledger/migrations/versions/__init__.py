"""The migrations themselves; a released file is never edited."""
