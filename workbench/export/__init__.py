"""Export: a case becomes a signed bundle."""
