"""Ingestion team: the customer export over HTTP and the Fivetran connector postgres."""
