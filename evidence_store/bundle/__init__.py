"""Sealed bundles: signed folders for outside readers. Seal, verify, sign, redact."""
