"""Where this team's dbt project is."""

from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
"""The folder with dbt_project.yml, profiles.yml, models and seeds."""
