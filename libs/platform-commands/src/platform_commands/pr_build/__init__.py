"""`platform pr-build`: what a branch changes is built beside its base, and compared with it."""
