import pytest

from integration.domain.courtesy import Reply, kind_of


@pytest.mark.parametrize(
    "body",
    [
        "Thanks!",
        "Thank you so much, that is very kind.",
        "Vielen Dank, alles klar",
        "Muchas gracias, perfecto",
        "Merci beaucoup pour votre aide",
        "Obrigada, está ótimo",
        "Большое спасибо!",
        "Тhаnk yоu",  # two alphabets, as pasted text may have
        "Thanks\n\nOn Mon, 2 Mar 2026 at 10:00, Support wrote:\n> Could you send us the serial number?",
    ],
)
def test_mere_thanks_are_thanks(body: str) -> None:
    assert kind_of(body) is Reply.THANKS


@pytest.mark.parametrize(
    "body",
    [
        "Thanks, but it still does not work.",
        "Thank you. When will it arrive?",
        "Danke, aber das Paket fehlt noch",
        "Спасибо, но деньги не пришли",
        "Gracias, pero todavía espero",
        "Merci, je n'ai rien reçu",
        "Obrigado, mas ainda falta a tampa",
        "The serial number is 4711.",
        "",
        "Thank you for looking into it: I ordered on the second of March and it came on the ninth, open.",
    ],
)
def test_whatever_says_more_is_an_answer(body: str) -> None:
    assert kind_of(body) is Reply.ANSWER


@pytest.mark.parametrize(
    "body",
    [
        "Automatic reply: Your ticket\nThank you for your message. I am out of office until Monday.",
        "Abwesenheitsnotiz: Ich bin bis Montag nicht im Büro.",
        "Réponse automatique : je suis absent du bureau.",
        "Автоматический ответ: я в отпуске до понедельника",
        "Resposta automática. Estou fora do escritório.",
        "Respuesta automática: fuera de la oficina",
        "Mail delivery failed: returning message to sender",
    ],
)
def test_a_machine_is_heard_as_one(body: str) -> None:
    assert kind_of(body) is Reply.AUTOMATIC
