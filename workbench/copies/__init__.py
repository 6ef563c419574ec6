"""Copies: which exhibits show one exposure, and which show one object."""
