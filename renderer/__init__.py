"""Render synthetic plates with known ground truth, for the demo, tests and benchmarks."""

from values import offline as offline
