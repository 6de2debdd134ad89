"""Output formats: text, JSON, Markdown, GitHub annotations, SARIF, HTML, OpenLineage."""
