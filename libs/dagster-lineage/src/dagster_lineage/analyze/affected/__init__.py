"""Which projects a branch can change, and the proof that it cannot change the others."""
