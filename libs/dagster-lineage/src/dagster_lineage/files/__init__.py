"""Files on disk and in git: interface files, settings, the repository at a commit."""
