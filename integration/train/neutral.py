"""Neutral sentences that tickets have around what matters, to train on texts of the shape of tickets."""

import random
from collections.abc import Sequence
from dataclasses import replace

from integration.train.examples import Labelled

AROUND = {
    "en": (
        "Good afternoon,",
        "I hope you are well.",
        "My reference is 88123.",
        "The delivery address is the one in my profile.",
        "You will find the receipt in the attachment.",
        "I use the app on Android.",
        "I ordered it for my sister.",
        "The invoice was sent to my work address.",
        "Please let me know if you need more details.",
        "Thanks and have a nice day.",
        "I have been a customer since 2015.",
        "My phone number is 555 0199.",
        "It is order AB-20331.",
        "I bought it in your online shop last month.",
        "Peter Smith, Leeds",
    ),
    "es": (
        "Buenas tardes:",
        "Espero que estén bien.",
        "Mi número de referencia es 88123.",
        "La dirección de entrega es la de mi perfil.",
        "Adjunto el recibo.",
        "Uso la aplicación en Android.",
        "Lo pedí para mi hermana.",
        "Soy cliente desde 2015.",
        "Avísenme si necesitan más datos.",
        "Gracias y que tengan un buen día.",
    ),
    "de": (
        "Guten Tag,",
        "ich hoffe, es geht Ihnen gut.",
        "Meine Kundennummer lautet 88123.",
        "Die Lieferadresse steht in meinem Profil.",
        "Die Rechnung finden Sie im Anhang.",
        "Ich nutze die App auf Android.",
        "Bestellt habe ich es für meine Schwester.",
        "Ich bin seit 2015 Kunde bei Ihnen.",
        "Sagen Sie mir bitte, ob Sie weitere Angaben brauchen.",
        "Vielen Dank und einen schönen Tag.",
    ),
    "fr": (
        "Bonjour,",
        "J'espère que vous allez bien.",
        "Ma référence est 88123.",
        "L'adresse de livraison est celle de mon profil.",
        "Vous trouverez le reçu en pièce jointe.",
        "J'utilise l'application sur Android.",
        "Je l'ai commandé pour ma sœur.",
        "Je suis client depuis 2015.",
        "Dites-moi s'il vous faut d'autres informations.",
        "Merci et bonne journée.",
    ),
    "pt": (
        "Boa tarde,",
        "Espero que estejam bem.",
        "A minha referência é 88123.",
        "A morada de entrega é a do meu perfil.",
        "Envio o recibo em anexo.",
        "Uso a aplicação no Android.",
        "Encomendei para a minha irmã.",
        "Sou cliente desde 2015.",
        "Digam-me se precisarem de mais dados.",
        "Obrigado e tenham um bom dia.",
    ),
    "ru": (
        "Добрый день!",
        "Надеюсь, у вас всё хорошо.",
        "Мой номер клиента 88123.",
        "Адрес доставки указан в моём профиле.",
        "Чек прилагаю.",
        "Пользуюсь приложением на Android.",
        "Заказывал для сестры.",
        "Я ваш клиент с 2015 года.",
        "Напишите, если нужны ещё данные.",
        "Спасибо, хорошего дня.",
    ),
}


def padded(labelled: Sequence[Labelled]) -> list[Labelled]:
    """Put five neutral sentences of the same language around each text."""
    dice = random.Random(5)  # noqa: S311 - repeatable, not secret
    return [replace(each, text=among(each.text, dice.sample(AROUND[each.language], 5))) for each in labelled]


def among(text: str, around: Sequence[str]) -> str:
    """Put the first half of the sentences, rounded up, before the text and the rest after it."""
    half = (len(around) + 1) // 2
    return "\n".join([*around[:half], text, *around[half:]])
