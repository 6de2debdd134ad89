"""Pages and pictures for people: pure functions from frames to HTML and PNG."""
