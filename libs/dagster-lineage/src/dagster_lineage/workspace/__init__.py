"""Which code locations there are, in anybody's workspace."""
