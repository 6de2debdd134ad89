"""Random histories of the sources, played with dbt runs in between and compared run by run."""
