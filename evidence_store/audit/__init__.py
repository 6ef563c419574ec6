"""The audit: walks a store whole and names each fault."""
