"""A local server that speaks Fivetran's REST API and really moves rows."""
