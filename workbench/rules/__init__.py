"""The rules of casework, one file each: pure functions and constants that every caller uses."""
