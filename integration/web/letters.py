"""Shows a rendered letter with its gaps, as HTML that is safe to put into a page and into the composer."""

import re

import nh3
from markupsafe import Markup

_GAP = re.compile(r"⟦([^⟦⟧]{1,200})⟧")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote"}


def gaps(text: str) -> tuple[str, ...]:
    """Return the gaps of a letter, each once, in the order of the text."""
    return tuple(dict.fromkeys(_GAP.findall(text)))


def with_marked_gaps(html: str) -> Markup:
    """Return the letter's HTML, cleaned to a few tags, each gap a `<mark>` that the page can fill."""
    clean = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "mailto"})
    return Markup(_GAP.sub(_mark, clean))  # noqa: S704 - nh3 cleaned it, and _mark adds escaped text


def _mark(gap: re.Match[str]) -> str:
    # The name comes from cleaned HTML, where < and & are escaped already; quotes are not.
    name = gap[1].replace('"', "&quot;")
    return f'<mark data-slot="{name}" data-blank="⟦{name}⟧">⟦{gap[1]}⟧</mark>'
