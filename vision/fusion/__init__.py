"""One reading of several exposures of one plate."""
