"""The pictures cover what people should look at."""

from integration.web.words import FOLDER
from tests.pictures.states import PANEL, STATES, WIDE


def test_both_colours_both_widths_and_all_languages_are_photographed() -> None:
    assert len({state.name for state in STATES}) == len(STATES) >= 10
    assert {state.scheme for state in STATES} == {"light", "dark"}
    assert {PANEL, WIDE} <= {state.width for state in STATES}
    assert {state.locale.split("-")[0] for state in STATES} == {file.stem for file in FOLDER.glob("*.json")}
