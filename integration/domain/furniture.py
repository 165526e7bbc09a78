"""What stands in a message without saying anything of the matter: markup, greetings, footers."""

import re

_LONGEST_GREETING = 60
_LONGEST_FOOTER = 1_000

_QUOTED_MARKUP = re.compile(
    r"<(blockquote|style|script|head)\b[^<>]{0,500}>.*?(?:</\1\s*>|\Z)"
    r"|<div class=.?gmail_quote\b.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(
    r"</?[a-z][^<>]{0,500}>|<!--.{0,2000}?-->|&(?:nbsp|amp|lt|gt|quot|#\d{1,5});", re.IGNORECASE | re.DOTALL
)
_LINE_TAG = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^<>]{0,500}>", re.IGNORECASE)
_GREETING = re.compile(
    r"^\W*(?:"
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern)"
    r"|(?:hola|buen[oa]s (?:d[ií]as|tardes|noches)|estimad[oa]s?|muy señores)"
    r"|(?:hallo|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|liebe[rs]?|moin|servus|grüezi)"
    r"|(?:bonjour|bonsoir|salut|madame|monsieur|chère?s?)"
    r"|(?:olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|car[oa]s?|exm[oa]s?)"
    r"|(?:здравствуйте|добрый (?:день|вечер)|доброе утро|привет|уважаем(?:ые|ый|ая))"
    r")(?:[\s,]+[\w.’'-]+){0,5}[\s,.!:-]*$",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"this (?:e-?mail|message|communication)\b.{0,80}\b(?:confidential|intended (?:only )?for|privileged)"
    r"|if you (?:are not the intended recipient|have received this (?:e-?mail|message) in error)"
    r"|(?:please )?consider the environment before printing"
    r"|(?:to )?unsubscribe (?:from|here)|virus-free|scanned for viruses"
    r"|diese (?:e-?mail|nachricht) (?:enthält|ist) .{0,60}vertraulich"
    r"|ce (?:message|courriel)\b.{0,80}confidentiel"
    r"|este (?:mensaje|correo)\b.{0,80}confidencial"
    r"|esta mensagem\b.{0,80}confidencial"
    r"|(?:данное|это) (?:сообщение|письмо)\b.{0,80}конфиденциальн",
    re.IGNORECASE,
)


def without_markup(text: str) -> str:
    """Blank HTML tags, and what is quoted or not meant for reading; every position stays as it was."""
    if "<" not in text and "&" not in text:
        return text
    text = _QUOTED_MARKUP.sub(lambda match: _blanked(match.group()), text)
    text = _LINE_TAG.sub(lambda match: "\n".rjust(len(match.group())), text)
    return _TAG.sub(lambda match: _blanked(match.group()), text)


def is_greeting(line: str) -> bool:
    """Whether a line only greets: "Dear Ms Weber,"; not "Hello, where is my parcel?"."""
    return len(line.strip()) <= _LONGEST_GREETING and bool(_GREETING.match(line))


def is_footer(line: str) -> bool:
    """Whether a line is what mail systems put under every message."""
    return bool(_FOOTER.search(line[:_LONGEST_FOOTER]))


def _blanked(text: str) -> str:
    return "".join(sign if sign in "\r\n" else " " for sign in text)
