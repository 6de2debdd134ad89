"""What this code location declares."""
