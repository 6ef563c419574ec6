"""Pixels in, what the picture says out. Knows no storage, no catalog and no screen."""

from values import offline as offline
