"""What is measured of a run for its diagnosis, and what is read back."""
