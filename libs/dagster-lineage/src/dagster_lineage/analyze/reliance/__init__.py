"""Which readers rely on an asset, a column or a guarantee, and whether it still holds."""
