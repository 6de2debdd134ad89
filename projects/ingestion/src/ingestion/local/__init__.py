"""The outside world on a laptop: what stands in for sources when no address is configured.

Nothing else imports the demo shop or the local Fivetran, and this package is imported by the two
modules that decide (`ingestion.customers.source`, `ingestion.fivetran.mode`) at the moment they
have decided for it.
"""
