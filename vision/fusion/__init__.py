"""Fuse the readings of several exposures of one plate into one."""
