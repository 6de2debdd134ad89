"""Facts of code locations, loaded by their own interpreters."""
