"""Inspects a code location in its own process and environment."""
