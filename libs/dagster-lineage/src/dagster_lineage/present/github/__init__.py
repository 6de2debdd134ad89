"""Results as GitHub workflow commands."""
