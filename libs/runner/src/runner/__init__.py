"""A selection over all code locations, in dependency order, each in its own process."""
