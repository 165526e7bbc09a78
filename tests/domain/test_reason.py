import re
from pathlib import Path

from integration.domain.reason import Code

PACKAGE = Path(__file__).parents[2] / "integration"


def test_every_listed_code_is_given_somewhere() -> None:
    sources = [
        file.read_text("utf-8") for place in ("domain", "handling") for file in (PACKAGE / place).glob("*.py")
    ]
    given = "\n".join(source for source in sources if "class Code(" not in source)

    assert [code for code in Code if not re.search(rf'\bCode\.{code.name}\b|"{code.value}"', given)] == []
