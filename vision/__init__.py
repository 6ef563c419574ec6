"""Pixels in, what the picture says out. Knows no storage, no catalog and no screen."""
