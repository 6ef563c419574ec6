"""The stem: the only code that knows vision, catalog and evidence store together."""
