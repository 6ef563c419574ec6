"""Casework: the only code that knows vision, catalog and evidence store together."""

from values import offline as offline
