"""Assembly of interfaces from the facts of code locations, manifests and SQL."""
