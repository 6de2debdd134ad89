"""Output formats of the commands: text, JSON, Markdown, GitHub, SARIF, HTML, OpenLineage."""
