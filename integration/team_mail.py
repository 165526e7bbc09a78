"""Sends a team's digest through the mail server that the settings name."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 10
SUBMISSION_PORT, TLS_PORT = 587, 465
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class MailFailed(Exception):
    """The mail server did not take it; it may be tried again."""


def send(server: str, sender: str, *, to: str, text: str, key: str, now: datetime) -> None:
    """Send a plain text whose first line is the subject; a repeated `key` gives the same Message-ID.

    `server` is smtps://USER:PASSWORD@HOST, or smtp:// for one that is asked for TLS first.
    Raises `MailFailed`.
    """
    message = _message(sender, to, text, key, now)
    try:
        with _connected(server) as smtp:
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(type(error).__name__) from error


def _message(sender: str, to: str, text: str, key: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    subject, _, body = text.strip().partition("\n")
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    return message


@contextmanager
def _connected(server: str) -> Iterator[smtplib.SMTP]:
    parts, tls = urlsplit(server), ssl.create_default_context()
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or TLS_PORT, timeout=TIMEOUT_SECONDS, context=tls
        )
    else:
        smtp = smtplib.SMTP(host, parts.port or SUBMISSION_PORT, timeout=TIMEOUT_SECONDS)
    with smtp:
        if parts.scheme == "smtp" and host not in LOOPBACK:
            smtp.starttls(context=tls)
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
        yield smtp
