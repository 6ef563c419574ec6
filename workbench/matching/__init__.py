"""Matching: what stands for a plate is compared with the catalog, and people decide."""
