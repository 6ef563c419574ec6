"""Intake: files from outside become exhibits, or their refusal is recorded."""
