"""How findings are shown: text, json, sarif, GitHub annotations."""
