"""Which moments of a clip are worth reading, and what its frames show together."""
