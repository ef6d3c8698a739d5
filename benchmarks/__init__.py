"""Speed, measured against the loops that people write."""
