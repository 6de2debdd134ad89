"""Charts as HTML pages and images: pure functions of frames."""
