"""The ledger: append-only logs in a database, each a Merkle tree with signed checkpoints."""
