"""Comment text: the two forms Zendesk keeps of it, its size limit, and the placeholders it expands."""

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser

MAX_BYTES = 65_535
MAX_COMMENTS = 5_000

_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote", "pre"}
_PLACEHOLDER = re.compile(
    r"(?P<escape>\\{1,2})?(?P<markup>\{\{(?P<name>.{0,200}?)\}\}|\{%.{0,200}?%\})", re.S
)
_CODE = re.compile(r"(<code\b[^>]*>.*?</code>)", re.S | re.I)


def cut(text: str) -> str:
    """Cut a text at Zendesk's 64 kB, silently, at a whole character."""
    encoded = text.encode()
    return text if len(encoded) <= MAX_BYTES else encoded[:MAX_BYTES].decode(errors="ignore")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace `{{placeholders}}`; a backslash before the braces keeps them, unknown names become nothing."""
    if "{{" not in text and "{%" not in text:
        return text

    def replacement(found: re.Match[str]) -> str:
        if found["escape"]:
            return found["markup"]
        return values.get((found["name"] or "").strip(), "")

    return _PLACEHOLDER.sub(replacement, text)


def expand_html(markup: str, values: Mapping[str, str]) -> str:
    """Replace placeholders in HTML, except inside code elements; values are escaped."""
    escaped = {name: html.escape(value) for name, value in values.items()}
    parts = _CODE.split(markup)
    return "".join(part if n % 2 else expand(part, escaped) for n, part in enumerate(parts))


def as_html(text: str) -> str:
    """Return the HTML that Zendesk makes of a plain comment."""
    paragraphs = (html.escape(part).replace("\n", "<br>") for part in re.split(r"\n{2,}", text))
    inner = "".join(f'<p dir="auto">{part}</p>' for part in paragraphs)
    return f'<div class="zd-comment" dir="auto">{inner}</div>'


def as_text(markup: str) -> str:
    """Return the text of an HTML comment, block elements as lines."""
    reader = _TextReader()
    reader.feed(markup)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
