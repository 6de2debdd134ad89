"""The assets, checks and resources of this code location."""
