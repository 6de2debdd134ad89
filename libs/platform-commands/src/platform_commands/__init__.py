"""`platform`: one command for runs, queries and the local servers of the whole repository.

`platform run` is a thin client of Dagster. The order of the assets comes from Dagster's asset
graph over all code locations; runs, events, checks and pools are Dagster's own and look the same
in the UI. It plans and waits, and schedules nothing.
"""
