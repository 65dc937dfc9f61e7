"""What is measured of each kind, and what sees it for that."""
