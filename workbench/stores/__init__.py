"""What every service stands on: settings, bytes, entries, keys, tables and a clock."""
