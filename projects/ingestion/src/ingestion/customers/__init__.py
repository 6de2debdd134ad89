"""The customer export: download and validation."""
