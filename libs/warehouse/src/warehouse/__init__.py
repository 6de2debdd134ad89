"""Where each project's tables are, how they are opened, written and published."""
