"""The assets and resources of this code location; every module is loaded."""
