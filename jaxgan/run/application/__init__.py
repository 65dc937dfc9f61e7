"""A run's generator applied to a user's own pictures, of any size."""
