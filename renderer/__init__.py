"""Draws synthetic plates with known ground truth, for demo, tests and benchmarks."""

from values import offline as offline
