"""Changes of the ledger's tables, one file each, applied in order when a ledger is opened."""
