"""Plain values that every package may use; imports the standard library only."""
