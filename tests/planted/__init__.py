"""Planted bugs: each must be caught, by the test that promises what it breaks."""
