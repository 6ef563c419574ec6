"""What every room may use: pure values on the standard library alone; imports no other room."""
