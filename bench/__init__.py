"""Benchmarks as ratios, so that a figure means the same on a slow machine and a fast one."""
