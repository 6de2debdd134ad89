"""Asking a code location, in its own process, what it makes and reads."""
