"""The requester's own words: quoted mail and signatures put aside, spelling made comparable."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from integration.domain.furniture import is_footer, is_greeting, without_markup

MAX_CHARACTERS = 20_000

# What mail programs put above the message that is answered, in the six languages.
_QUOTE_INTRO = re.compile(
    r"^\s{0,8}(?:"
    r"(?:on|am|le|el|em|op|в|вт|пн|ср|чт|пт|сб|вс)\b.{5,200}"
    r"(?:wrote|schrieb\b.{0,100}|a écrit|escribió|escreveu|написала?|пишет)\s?:"
    r"|.{5,200}\b(?:написала?|пишет)\s?:"
    r")\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s{0,8}[-_]{2,20}\s?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|mensagem original|исходное сообщение|forwarded message|пересылаемое сообщение)",
    re.IGNORECASE,
)
_HEADER_FROM = re.compile(r"^\s{0,8}\*?(?:from|von|de|от(?: кого)?)\*?\s?:\s", re.IGNORECASE)
_HEADER_NEXT = re.compile(
    r"^\s{0,8}\*?(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|objet|enviado|para|asunto|assunto|data"
    r"|fecha|отправлено|дата|кому|тема)\*?\s?:",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"^\s{0,8}(?:(?:best|kind|warm|many)? ?regards|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)"
    r"|mit (?:freundlichen|besten|vielen) grüßen|(?:freundliche|beste|viele|liebe) grüße|cordialement"
    r"|bien à vous|(?:un )?(?:cordial saludo|saludo cordial)|saludos(?: cordiales)?|atentamente"
    r"|atenciosamente|cumprimentos|(?:com os )?melhores cumprimentos|с уважением|mfg|vg)[\s,.!]*$",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^\s{0,8}(?:sent from (?:my|outlook)|get outlook for|von meinem .{1,30} gesendet|envoyé de mon"
    r"|enviado (?:desde|do) mi?|enviado do meu|отправлено (?:с|из))",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 8
_LONGEST_LINE = 400


def own_words(text: str) -> str:
    """Return the text with markup, quotations, signature and footers blanked: positions stay as they were.

    Only the first `MAX_CHARACTERS` are kept. A greeting stays where there is nothing else.
    """
    lines = without_markup(text[:MAX_CHARACTERS]).splitlines(keepends=True)
    end = _start_of_quotation(lines)
    own = [number for number in range(end) if lines[number].strip() and not _is_furniture(lines[number])]
    own = own[: _start_of_signature([lines[number] for number in own])]
    if len(own) > 1 and is_greeting(lines[own[0]]):
        del own[0]
    kept = set(own)
    return "".join(line if number in kept else _blank(line) for number, line in enumerate(lines))


def _is_furniture(line: str) -> bool:
    if line.lstrip().startswith(">"):
        return True
    if is_footer(line):
        return True
    return len(line) <= _LONGEST_LINE and bool(_QUOTE_INTRO.match(line) or _SENT_FROM.match(line))


def _start_of_quotation(lines: list[str]) -> int:
    """Return the number of the line from which on nothing is the requester's own."""
    last_marked = max((n for n, line in enumerate(lines) if line.lstrip().startswith(">")), default=-1)
    for number, line in enumerate(lines):
        if len(line) > _LONGEST_LINE:
            continue
        if line.rstrip("\r\n") in {"-- ", "--"} or _FORWARDED.match(line):
            return number
        following = lines[number + 1 : number + 4]
        if _HEADER_FROM.match(line) and any(_HEADER_NEXT.match(x[:_LONGEST_LINE]) for x in following):
            return number
        # Below an introduction without ">" signs everything is quoted; with them, answers stand in between.
        if last_marked < number and _QUOTE_INTRO.match(line):
            return number
    return len(lines)


def _start_of_signature(own: list[str]) -> int:
    """Return how many of the lines come before a sign-off with nothing but a signature below it."""
    for number in range(max(0, len(own) - _LONGEST_SIGNATURE - 1), len(own)):
        if _SIGN_OFF.match(own[number][:_LONGEST_LINE]) and all(len(x) <= 80 for x in own[number + 1 :]):
            return number
    return len(own)


def _blank(line: str) -> str:
    body = line.rstrip("\r\n")
    return " " * len(body) + line[len(body) :]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made comparable, which still knows where each of its characters came from."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of `text[start:end]`, which must not be empty."""
        return self.offsets[start], max(self.offsets[end], self.offsets[end - 1] + 1)


def fold(text: str) -> Folded:
    """Fold case, accents, typographic signs, invisible characters and look-alike letters.

    Accents go on both sides of every comparison, so "decu" and "déçu" are found by either spelling; so do
    ё and й. Look-alike letters: see `straighten`.
    """
    folded = list(map(_fold_character, text))
    if all(len(characters) == 1 for characters in folded):
        offsets = tuple(range(len(text) + 1))
    else:
        places = (place for place, characters in enumerate(folded) for _ in characters)
        offsets = (*places, len(text))
    return Folded(straighten("".join(folded)), offsets)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in "\u2018\u2019\u02bc\u00b4`":
        return "'"
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf"})
    # A no-break space and its relatives separate words too.
    return " " if kept.isspace() and kept not in "\r\n" else kept


_CYRILLIC = "аеорсухкмтвніѕјԛԝһԁ"
_LATIN = "aeopcyxkmtbhisjqwhd"
_TO_LATIN = str.maketrans(_CYRILLIC + _CYRILLIC.upper(), _LATIN + _LATIN.upper())
_TO_CYRILLIC = str.maketrans("aeopcyxkmtbhAEOPCYXKMTBH", "аеорсухкмтвнАЕОРСУХКМТВН")
_ONLY_LATIN = re.compile(r"[dfglnqruvwz]", re.IGNORECASE)
_ONLY_CYRILLIC = re.compile(r"[бгджзийлпфцчшщъыьэюяё]", re.IGNORECASE)
_SUSPECT = re.compile(f"[{_CYRILLIC}]", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ANY_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def straighten(text: str) -> str:
    """Write words that mix Latin and Cyrillic letters of the same look in one script, sign for sign.

    Unicode's own folding keeps such letters apart. Real Russian stays as it is: a word wholly in one script
    changes only where it has nothing but look-alike letters and the text around it is Latin.
    """
    if not _SUSPECT.search(text):
        return text
    mostly_latin = len(_ONLY_LATIN.findall(text)) > len(_ONLY_CYRILLIC.findall(text))

    def straight(match: re.Match[str]) -> str:
        word = match.group()
        if not _SUSPECT.search(word):
            return word
        if _ONLY_CYRILLIC.search(word):
            is_mixed = _ANY_LATIN.search(word) and not _ONLY_LATIN.search(word)
            return word.translate(_TO_CYRILLIC) if is_mixed else word
        if mostly_latin or _ONLY_LATIN.search(word):
            return word.translate(_TO_LATIN)
        return word.translate(_TO_CYRILLIC)

    return _WORD.sub(straight, text)
