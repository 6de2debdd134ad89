import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_example_of_the_readme_works(tmp_path, monkeypatch):
    monkeypatch.setenv("JAFFLE_DATA_DIR", str(tmp_path))
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names = {}
    exec(example, names)  # noqa: S102 - the example is in this repository
    assert names["found"].table.column("day").to_pylist() == [1, 2]
    assert names["found"].publication.generation == 1
