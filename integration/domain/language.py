"""Which of the languages a text is written in, by script and by the small words every language needs."""

import re
from collections.abc import Sequence

from integration.domain.wording import fold

LANGUAGES = ("en", "es", "de", "fr", "pt", "ru")
DEFAULT = "en"
_SAMPLE = 3_000
_ENOUGH = 1.0
_LEAD = 1.2
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[а-я]")
_LATIN = re.compile("[a-z]")

_SMALL_WORDS = {
    "en": "the a an and of to is are was were be been it its this that these those i my me you your "
    "we our they he she have has had do does did not don't can could would will for with on "
    "in at from by about as but if so or no there what when where why how who please thanks "
    "thank hello hi still get got just any some am than then because after again now which "
    "all out up there's i'm it's "
    "hi dear regards receive received send sent before decide fee ends",
    "es": "el la los las un una de del al y o que en es son fue era muy mi mis me te se su sus nos "
    "lo le les no si con por para como pero más este esta esto ese esa eso ya hay he ha han "
    "hemos tengo tiene puede pueden quiero hola gracias favor buenos buenas días cuando donde "
    "qué cómo cuándo dónde porque todavía aún también sin sobre hasta desde ustedes usted yo "
    "estoy está están nada nadie pedido hace "
    "estimados señores tiempo cuánto cuál garantía pedí por alguna algún tarde noches saludo",
    "de": "der die das den dem des ein eine einen einem einer und oder ist sind war waren bin hat "
    "habe haben hatte ich mein meine meinen mich mir sie ihr ihre ihnen wir uns es nicht kein "
    "keine mit für von zu zum zur auf an im in am bei nach aus über um wie was wann wo warum "
    "wer bitte danke hallo noch schon auch aber wenn dass weil kann können wird werden immer "
    "nur sehr so seit guten vielen "
    "hallo tag gibt lange welche welcher möchte bestellung würde",
    "fr": "le la les un une des de du au aux et ou est sont était ce cette ces c'est je j'ai mon ma "
    "mes me moi vous votre vos nous notre il elle ils elles on ne pas plus que qui quoi dans "
    "sur avec pour par sans en y se sa son ses mais si comme être avoir ai a avez suis "
    "bonjour merci quand où pourquoi comment toujours rien très bien depuis encore déjà n'est "
    "j d l n qu s "
    "bonsoir combien temps quel quelle cordialement commande voudrais faire peut pouvez dure",
    "pt": "o a os as um uma uns umas de do da dos das no na nos nas ao aos à e ou que em é são foi "
    "era muito meu minha meus minhas me te se seu sua seus suas não sim com por para como mas "
    "mais este esta isto esse essa isso já há tenho tem têm pode podem quero olá obrigado "
    "obrigada favor bom boa dia quando onde porque ainda também sem sobre até desde vocês "
    "você eu estou está estão nada ninguém encomenda pelo pela num numa lhe vossa vosso "
    "prezados prezado tarde noite quanto tempo qual alguma algum cancelar "
    "enviem abraço garantia dizer antes seria pedido nota",
}
# Letters that only one of the six languages writes.
_TELLING = {
    "es": re.compile("[ñ¿¡]", re.IGNORECASE),
    "de": re.compile("[äß]", re.IGNORECASE),
    "fr": re.compile("[èêëîœù]|\\b[jldcn]['’]", re.IGNORECASE),
    "pt": re.compile("[ãõ]|lh[aeo]|nh[ao]\\b", re.IGNORECASE),
}


def _weights() -> dict[str, dict[str, float]]:
    """Weigh each small word by how few of the languages share it."""
    lists = {name: {fold(word).text for word in words.split()} for name, words in _SMALL_WORDS.items()}
    shared = {
        word: sum(word in words for words in lists.values()) for words in lists.values() for word in words
    }
    return {name: {word: 1 / shared[word] for word in words} for name, words in lists.items()}


_WEIGHTS = _weights()


def of(text: str, fallback: str | None = None, allowed: Sequence[str] = LANGUAGES) -> str:
    """Return the language of a text as two letters out of `allowed`.

    Where the text says too little it is the language of the locale `fallback` ("pt" for "pt-BR"), else
    English.
    """
    sample = text[:_SAMPLE]
    folded = fold(sample).text
    cyrillic, latin = len(_CYRILLIC.findall(folded)), len(_LATIN.findall(folded))
    if cyrillic > latin and cyrillic > 2 and "ru" in allowed:
        return "ru"
    words = _WORD.findall(folded)
    scores = {name: small_words(name, words, sample) for name in allowed if name in _WEIGHTS}
    best = sorted(scores.items(), key=lambda item: -item[1])[:2]
    # Portuguese and Spanish share so much that a narrow lead says nothing.
    has_lead = len(best) == 1 or (len(best) > 1 and best[0][1] >= _LEAD * best[1][1])
    if len(words) > 1 and has_lead and best[0][1] >= _ENOUGH:
        return best[0][0]
    return of_locale(fallback, allowed)


def words_of(sample: str) -> list[str]:
    """Return the words of a text, folded."""
    return _WORD.findall(fold(sample).text)


def small_words(name: str, words: Sequence[str], sample: str) -> float:
    """Return how much the small words and telling letters of a language occur in a text."""
    weights = _WEIGHTS.get(name, {})
    telling = len(_TELLING[name].findall(sample)) if name in _TELLING else 0
    return sum(weights.get(word, 0.0) for word in words) + min(telling, 0.2 * len(words) + 1)


def of_locale(locale: str | None, allowed: Sequence[str]) -> str:
    """Return the language of a locale where it is allowed, else English or the first that is."""
    spoken = (locale or "").replace("_", "-").partition("-")[0].lower()
    if spoken in allowed:
        return spoken
    return DEFAULT if DEFAULT in allowed or not allowed else allowed[0]
