"""What this code location declares: assets, checks, resources."""
