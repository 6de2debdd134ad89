"""The folder of the dbt project."""

from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
"""The folder with dbt_project.yml and profiles.yml."""
