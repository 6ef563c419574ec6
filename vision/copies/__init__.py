"""Decide whether two photos are copies of one exposure, or show the same object."""
