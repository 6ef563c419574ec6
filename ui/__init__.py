"""Screens. No rule of the domain lives here."""
