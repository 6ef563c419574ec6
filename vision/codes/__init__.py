"""Machine-readable codes: find them in a photo and parse their payloads."""
