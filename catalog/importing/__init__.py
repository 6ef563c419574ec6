"""From a stranger's file to records."""
