"""Which earlier ticket of the same requester a new one seems to continue, by what both say."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from integration.learned.encoder import Encoder, Vectors
from integration.learned.lexical import Index, pieces_of, words_of
from integration.learned.passages import centred, encode_passages

# Chosen by cross-validation over 24 matters in six languages; see the model card.
THRESHOLD = 0.74
THRESHOLD_WITHOUT_ENCODER = 0.26
MAX_EARLIER = 50
_SHARE = 0.8
# What tickets have in common whatever they are about: their mean vector is taken from every other.
_ANY_TICKET = (
    "Hello, I have a question about my order. Thank you.",
    "Hello, something does not work and I need help.",
    "Guten Tag, ich habe eine Frage zu meiner Bestellung. Vielen Dank.",
    "Guten Tag, etwas funktioniert nicht und ich brauche Hilfe.",
    "Hola, tengo una pregunta sobre mi pedido. Gracias.",
    "Hola, algo no funciona y necesito ayuda.",
    "Bonjour, j'ai une question sur ma commande. Merci.",
    "Bonjour, quelque chose ne marche pas et j'ai besoin d'aide.",
    "Olá, tenho uma pergunta sobre a minha encomenda. Obrigado.",
    "Olá, algo não funciona e preciso de ajuda.",
    "Здравствуйте, у меня вопрос о моём заказе. Спасибо.",
    "Здравствуйте, что-то не работает, и мне нужна помощь.",
)


@dataclass(frozen=True, slots=True)
class Match:
    """The earlier text that is most alike, by its place; `is_likely` from the threshold on."""

    place: int
    score: float
    is_likely: bool


def most_alike(encoder: Encoder | None, text: str, earlier: Sequence[str]) -> Match | None:
    """Compare a text with earlier ones, of which the first `MAX_EARLIER` count; None without any.

    The score is the cosine of their pieces of words, plus half the cosine of the whole texts, plus half
    that of their closest sentences; without the encoder only the first.
    """
    earlier = earlier[:MAX_EARLIER]
    if not earlier or not text.strip():
        return None
    pieces = [pieces_of(words_of(one)) for one in (*earlier, text)]
    scores = Index(pieces).similarities(pieces[-1])[:-1]
    threshold = THRESHOLD_WITHOUT_ENCODER
    if encoder is not None:
        threshold = THRESHOLD
        mine = _passages(encoder, text)
        for place, one in enumerate(earlier):
            cosines = mine @ _passages(encoder, one).T
            scores[place] += 0.5 * (cosines[0, 0] + cosines[1:, 1:].max())
    best = int(scores.argmax())
    return Match(best, round(float(scores[best]), 4), bool(scores[best] >= threshold))


def _passages(encoder: Encoder, text: str) -> Vectors:
    return centred(encode_passages(encoder, text), _common(encoder), _SHARE)


@lru_cache(maxsize=2)
def _common(encoder: Encoder) -> Vectors:
    mean: Vectors = encoder.encode(_ANY_TICKET).mean(axis=0)
    return mean
