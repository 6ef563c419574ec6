"""Migrations of the ledger's tables, one file each, applied in order on opening."""
