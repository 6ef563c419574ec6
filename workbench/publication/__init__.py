"""Publication: public editions and timestamps of sealed bundles."""
