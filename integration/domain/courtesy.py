"""What a message of the requester is: an answer, mere thanks, or the voice of a machine."""

import re
from enum import StrEnum

from integration.domain.wording import fold, own_words

MOST_WORDS_OF_THANKS = 12
# Machines say what they are at the top.
TOP = 400


class Reply(StrEnum):
    """An answer changes what is to be done; thanks may, so an agent is asked; a machine said nothing."""

    ANSWER = "answer"
    THANKS = "thanks"
    AUTOMATIC = "automatic"


def kind_of(body: str) -> Reply:
    """Say what a message is, by its own words; in doubt it is an answer."""
    text = fold(own_words(body)).text.strip()
    if _AUTOMATIC.search(fold(body[:TOP]).text):
        return Reply.AUTOMATIC
    words = re.findall(r"\w+", text)
    is_short = 0 < len(words) <= MOST_WORDS_OF_THANKS
    if is_short and "?" not in text and _THANKS.search(text) and not _MORE.search(text):
        return Reply.THANKS
    return Reply.ANSWER


def _any(*phrases: str) -> re.Pattern[str]:
    # Folded as the text is, so that capitals, accents and look-alike letters make no difference.
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(fold(phrase).text) for phrase in phrases)})(?!\w)")


_THANKS = _any(
    *("thanks", "thank you", "thx", "ty", "cheers", "many thanks", "much appreciated", "appreciate it"),
    *("danke", "vielen dank", "besten dank", "herzlichen dank", "dankeschön"),
    *("gracias", "muchas gracias", "mil gracias"),
    *("merci", "merci beaucoup", "merci bien"),
    *("obrigado", "obrigada", "muito obrigado", "muito obrigada", "valeu"),
    *("спасибо", "большое спасибо", "благодарю", "спс"),
)
# After one of these the thanks is not all there is to it.
_MORE = _any(
    *("but", "however", "still", "not", "no", "never", "yet", "when", "why", "please", "wrong", "again"),
    *("aber", "jedoch", "noch", "nicht", "kein", "keine", "wann", "warum", "bitte", "leider", "immer"),
    *("pero", "sin embargo", "todavía", "aún", "nunca", "cuándo", "cuando", "por favor", "falta"),
    *("mais", "cependant", "pas", "toujours", "quand", "pourquoi", "rien", "encore"),
    *("mas", "porém", "ainda", "não", "quando", "nada"),
    *("но", "однако", "ещё", "еще", "не", "нет", "когда", "почему", "пожалуйста", "опять", "снова"),
)
_AUTOMATIC = _any(
    *("automatic reply", "auto reply", "autoreply", "auto-reply", "out of office", "out of the office"),
    *("this is an automated", "this is an automatic", "do not reply to this", "delivery status notification"),
    *("undeliverable", "mail delivery failed", "mailer-daemon", "i am on annual leave", "i am on vacation"),
    *("automatische antwort", "abwesenheitsnotiz", "abwesend", "nicht im büro", "automatisch erstellt"),
    *("respuesta automática", "fuera de la oficina", "mensaje automático"),
    *("réponse automatique", "absent du bureau", "absente du bureau", "message automatique"),
    *("resposta automática", "fora do escritório", "mensagem automática"),
    *("автоматический ответ", "автоответ", "нет на месте", "в отпуске до", "автоматическое уведомление"),
)
