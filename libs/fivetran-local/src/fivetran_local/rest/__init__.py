"""Fivetran's REST API v1: thin handlers on top of the account."""
