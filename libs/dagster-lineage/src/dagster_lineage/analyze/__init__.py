"""Questions about the interface graph: check, diff, impact, affected. Knows no format."""
