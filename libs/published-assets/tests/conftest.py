import pytest

from environment import Environment


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Return an environment that the resource finds by its variables, as in a run."""
    monkeypatch.setenv("JAFFLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JAFFLE_ENV", "ci")
    return Environment.from_environ()
