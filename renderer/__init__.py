"""Draws synthetic plates with known ground truth, for the demo case, the tests and the benchmarks."""
