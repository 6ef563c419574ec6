"""People: roles, keys, and sign-in."""
