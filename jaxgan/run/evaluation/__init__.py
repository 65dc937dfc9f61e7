"""Measuring samples against real data: after training, and on the way."""
