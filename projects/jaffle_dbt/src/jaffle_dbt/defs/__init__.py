"""What this code location declares: every module in here is loaded."""
