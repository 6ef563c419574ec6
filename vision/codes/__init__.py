"""Machine-readable codes: found, and what their payloads say."""
