"""Trained generators as folders that stand alone."""
