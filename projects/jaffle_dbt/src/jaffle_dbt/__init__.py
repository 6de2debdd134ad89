"""Analytics engineering team: the jaffle shop models."""
