import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """No test reads or fills the user's cache."""
    path = tmp_path / "own-cache"
    monkeypatch.setenv("JAXGAN_CACHE", str(path))
    return path
