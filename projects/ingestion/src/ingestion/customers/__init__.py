"""The customer export: where it is, how it is fetched, which of its rows may pass."""
