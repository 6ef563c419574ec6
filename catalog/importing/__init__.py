"""Import catalogs: from an untrusted file to records."""
