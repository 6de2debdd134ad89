"""A workspace with the layouts of repositories that grew: 15 code locations, 20 dbt projects.

Several locations share the root folder, dbt projects lie next to their location, one manifest is
behind two locations, one location is loaded for two targets, models of one project are injected
into another's manifest, keys are composed in loops, archives have no owner. `teams.plan` decides,
`workspace_files.write` writes, `faults` and `harmless` yield the edits.
"""
