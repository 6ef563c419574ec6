"""The rules of casework, one file each: pure; everybody asks them, nobody repeats them."""
