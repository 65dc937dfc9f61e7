"""The page that plays with a trained generator."""
