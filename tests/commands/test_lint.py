"""`templates lint` and `policies lint` name file and line of every mistake."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.mark.parametrize("group", ["templates", "policies"])
def test_what_is_shipped_is_fine(makegood: Run, group: str) -> None:
    result = makegood(group, "lint")

    assert result.exit_code == 0
    assert "is fine" in result.output


@pytest.mark.parametrize(
    ("group", "place", "text", "line"),
    [
        ("templates", "templates/notes/en/complaint.md.j2", "One.\n\n{% if %}\n", 3),
        ("templates", "templates/notes/en/complaint.md.j2", "One.\n{{ no_such_value }}\n", 2),
        ("policies", "policies/rules.yaml", "threshold: 0.5\nalways: [\n", 3),
        ("policies", "policies/house.yaml", "id: house\nversion: many\n", 2),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    makegood: Run, tmp_path: Path, group: str, place: str, text: str, line: int
) -> None:
    file = tmp_path / "mine" / place
    file.parent.mkdir(parents=True)
    file.write_text(text)

    result = makegood(group, "lint", DATA_DIR=str(tmp_path / "mine"))

    assert result.exit_code == 1
    assert f"{file}:{line}:" in result.output


def test_the_data_folder_of_an_env_file_is_looked_into(makegood: Run, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "policies" / "rules.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("threshold: high\n")
    (tmp_path / "mine.env").write_text(f"MAKEGOOD_DATA_DIR={tmp_path / 'elsewhere'}\n")

    result = makegood("--env-file", "mine.env", "policies", "lint")

    assert f"{file}:1:" in result.output
