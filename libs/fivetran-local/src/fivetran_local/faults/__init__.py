"""Deliberate faults of requests and syncs, to test clients; without a script none occurs."""
