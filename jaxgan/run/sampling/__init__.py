"""Samples of a run: any number, the same for the same seed on any batch size."""
