"""The command `platform`: runs, queries and local servers of the whole repository.

`platform run` uses Dagster's asset graph over all code locations, and Dagster's runs, events,
checks and pools, which look the same in the UI. It plans runs and waits for them; it schedules
nothing.
"""
