"""Screens. No rule of the domain lives here."""

from values import offline as offline
