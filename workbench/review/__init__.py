"""Review: people judge what engines read, field by field."""
