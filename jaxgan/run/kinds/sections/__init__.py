"""What kinds add to the report."""
