"""What tickets have in common whatever they are about; it is taken from each before two are compared."""

from functools import lru_cache

from integration.learned.encoder import Encoder, Vectors

_SAID = (
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
SHARE = 0.8


@lru_cache(maxsize=2)
def any_ticket(encoder: Encoder) -> Vectors:
    """Return the mean vector of tickets about nothing in particular."""
    mean: Vectors = encoder.encode(_SAID).mean(axis=0)
    return mean
