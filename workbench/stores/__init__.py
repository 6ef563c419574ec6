"""What every service builds on: settings, bytes, entries, keys, tables and a clock."""
