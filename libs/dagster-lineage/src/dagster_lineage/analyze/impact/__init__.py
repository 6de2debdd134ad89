"""Who is hurt if an asset or a column changes, and where a column comes from."""
