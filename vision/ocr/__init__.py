"""Readers of text, and what they leave open: alternatives of each character."""
