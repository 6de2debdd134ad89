"""Data science team: forecasts and charts."""
