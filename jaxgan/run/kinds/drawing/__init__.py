"""Examples in pictures, and in what moves."""
