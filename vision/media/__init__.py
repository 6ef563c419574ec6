"""Decode untrusted files (photos, clips, archives) and read their embedded facts."""
