"""One immutable file of records: built, laid out, opened, verified, compared."""
