"""The Fivetran connector: its API, what it syncs, and the way of its rows into the work file."""
