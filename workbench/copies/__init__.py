"""Copies: which exhibits show the same exposure, and which show the same object."""
