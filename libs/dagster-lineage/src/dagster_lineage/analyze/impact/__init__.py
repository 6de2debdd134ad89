"""Everything upstream and downstream of assets and columns."""
