"""Local source systems, used if no address is configured. Installed by the extra `local`.

Only this package imports the demo shop and the local Fivetran. `ingestion.local_sources` imports it
when a step needs it.
"""
