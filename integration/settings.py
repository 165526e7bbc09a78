"""The settings: read once from the environment or an env file, checked as a whole, then frozen."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

PREFIX = "MAKEGOOD_"
DEFAULT_DATA_DIR = Path("var")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ZENDESK_SDK_URL = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"


class Mode(StrEnum):
    """`observe` reads and shows and writes nothing to Zendesk; `act` writes."""

    OBSERVE = "observe"
    ACT = "act"


class InvalidSettings(Exception):
    """Everything that is missing or wrong, one problem a line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _setting(name: str, about: str, *, secret: bool = False) -> dict[str, object]:
    return {"name": PREFIX + name, "about": about, "secret": secret}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one installation; `metadata` carries the name and sentence that the README shows."""

    zendesk_url: str = field(
        metadata=_setting("ZENDESK_URL", "The account, such as https://example.zendesk.com.")
    )
    oauth_client_id: str = field(
        metadata=_setting("OAUTH_CLIENT_ID", "Identifier of the confidential OAuth client.")
    )
    oauth_client_secret: str = field(
        repr=False,
        metadata=_setting("OAUTH_CLIENT_SECRET", "Its secret, shown once by Zendesk.", secret=True),
    )
    public_url: str = field(
        metadata=_setting("PUBLIC_URL", "Where Zendesk and the agents' browsers reach Makegood; https.")
    )
    secret_key: str = field(
        repr=False,
        metadata=_setting(
            "SECRET_KEY",
            "At least 32 characters; signs the sidebar's sessions and encrypts stored secrets.",
            secret=True,
        ),
    )
    mode: Mode = field(
        default=Mode.OBSERVE,
        metadata=_setting("MODE", "`observe` writes nothing to Zendesk; `act` writes notes and fields."),
    )
    data_dir: Path = field(
        default=DEFAULT_DATA_DIR,
        metadata=_setting("DATA_DIR", "Folder of the SQLite file, and of edited templates and policies."),
    )
    database_url: str = field(
        default="",
        repr=False,
        metadata=_setting(
            "DATABASE_URL", "SQLite in DATA_DIR unless set; postgresql://… for more machines.", secret=True
        ),
    )
    webhook_secret: str | None = field(
        default=None,
        repr=False,
        metadata=_setting(
            "WEBHOOK_SECRET", "Signing secret of the webhooks; normally stored by `connect`.", secret=True
        ),
    )
    app_id: str | None = field(
        default=None,
        metadata=_setting("APP_ID", "Id of the installed Zendesk app; normally found by itself."),
    )
    app_public_key: str | None = field(
        default=None,
        metadata=_setting("APP_PUBLIC_KEY", "Its public key (PEM); normally fetched from Zendesk."),
    )
    note_locale: str = field(
        default="en", metadata=_setting("NOTE_LOCALE", "Language of the internal notes that agents read.")
    )
    product_field: int | None = field(
        default=None,
        metadata=_setting("PRODUCT_FIELD", "Id of the ticket field that names the product, for the reports."),
    )
    write_share: float = field(
        default=0.6,
        metadata=_setting("WRITE_SHARE", "Share of Zendesk's ticket-update limit that Makegood may spend."),
    )
    forget_hours: float = field(
        default=24.0,
        metadata=_setting(
            "FORGET_HOURS",
            "After a deletion in Zendesk that can be undone, hours until our copies go; others go at once.",
        ),
    )
    keep_months: int = field(
        default=60,
        metadata=_setting(
            "KEEP_MONTHS", "How long tickets that ended are kept, in months; then only counts stay."
        ),
    )
    smtp_url: str | None = field(
        default=None,
        repr=False,
        metadata=_setting(
            "SMTP_URL",
            "Mail server for digests of teams: smtps://USER:PASSWORD@HOST, or smtp:// with STARTTLS.",
            secret=True,
        ),
    )
    mail_from: str | None = field(
        default=None, metadata=_setting("MAIL_FROM", "Address that digests are sent from by e-mail.")
    )
    encoder: bool = field(
        default=True,
        metadata=_setting("ENCODER", "`off` saves 250 MB of memory; word lists alone find fewer complaints."),
    )
    host: str = field(default="127.0.0.1", metadata=_setting("HOST", "Address that the web server binds."))
    port: int = field(default=8000, metadata=_setting("PORT", "Port that the web server binds."))
    log_level: str = field(default="INFO", metadata=_setting("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR."))
    rehearsal: bool = field(
        default=False,
        metadata=_setting(
            "REHEARSAL",
            "Set by `makegood demo`: Zendesk is the rehearsal one on loopback, and so is its clock.",
        ),
    )

    @property
    def zendesk_host(self) -> str:
        """Host, with the port where there is one, as it stands in tokens and headers."""
        return urlsplit(self.zendesk_url).netloc

    @property
    def sdk_url(self) -> str:
        """Zendesk asks for its moving URL; a rehearsal must work without the internet."""
        return f"{self.zendesk_url}/rehearsal/static/zaf_sdk.js" if self.rehearsal else ZENDESK_SDK_URL


def read_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read the settings; the environment wins over the file. Raises `InvalidSettings`."""
    file_values = {k: v for k, v in dotenv_values(env_file).items() if v is not None} if env_file else {}
    return parse_settings({**file_values, **(os.environ if environ is None else environ)})


def parse_settings(values: Mapping[str, str]) -> Settings:
    """Turn strings into `Settings`, naming everything missing or wrong at once."""
    problems: list[str] = []
    given: dict[str, object] = {}
    by_name = {str(f.metadata["name"]): f for f in fields(Settings)}
    for unknown in sorted(k for k in values if k.startswith(PREFIX) and k not in by_name):
        problems.append(f"{unknown} is not a setting of Makegood; see the table in the README.")
    for name, setting in by_name.items():
        text = values.get(name, "").strip()
        if not text:
            if setting.name in _REQUIRED:
                problems.append(f"{name} is missing. {setting.metadata['about']}")
            continue
        try:
            given[setting.name] = _PARSERS.get(setting.name, str)(text)
        except ValueError as error:
            problems.append(f"{name} is wrong: {error}")
    if problems:
        raise InvalidSettings(tuple(problems))
    settings = Settings(**given)  # type: ignore[arg-type]
    if problems := _contradictions(settings):
        raise InvalidSettings(tuple(problems))
    return _with_database(settings)


def _with_database(settings: Settings) -> Settings:
    if settings.database_url:
        return settings
    return replace(settings, database_url=f"sqlite:///{(settings.data_dir / 'makegood.db').resolve()}")


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    on_loopback = urlsplit(settings.zendesk_url).hostname in LOOPBACK
    if settings.rehearsal and not on_loopback:
        problems.append(f"{PREFIX}REHEARSAL is only for a rehearsal Zendesk on loopback; unset it.")
    if (settings.smtp_url is None) != (settings.mail_from is None):
        problems.append(f"{PREFIX}SMTP_URL and {PREFIX}MAIL_FROM go together; set both, or none.")
    if not settings.rehearsal:
        for name, url in (("ZENDESK_URL", settings.zendesk_url), ("PUBLIC_URL", settings.public_url)):
            if urlsplit(url).scheme != "https":
                problems.append(f"{PREFIX}{name} must start with https://.")
    return problems


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("give a URL such as https://example.zendesk.com.")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("give scheme and host only, without a path.")
    return f"{parts.scheme}://{parts.netloc}"


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("give a URL such as https://makegood.example.com.")
    return text.rstrip("/")


def _smtp_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("give a URL such as smtps://USER:PASSWORD@mail.example.com.")
    return text


def _mail_from(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
        raise ValueError("give an address such as makegood@example.com.")
    return text


def _secret_key(text: str) -> str:
    if len(text) < 32:
        raise ValueError("it needs at least 32 characters; `openssl rand -base64 32` prints some.")
    return text


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise ValueError("give a number above 0 and up to 1, such as 0.6.")
    return share


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 <= hours <= 24 * 30:
        raise ValueError("give hours from 0 to 720; Zendesk itself forgets after 30 days.")
    return hours


def _months(text: str) -> int:
    months = int(text)
    if not 1 <= months <= 1200:
        raise ValueError("give months from 1 to 1200.")
    return months


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError("give a port from 1 to 65535.")
    return port


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("give the number of the ticket field, as Admin Center shows it.")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ValueError("give true or false.")
    return text.lower() in {"1", "true", "yes", "on"}


def _mode(text: str) -> Mode:
    if text not in set(Mode):
        raise ValueError("give observe or act.")
    return Mode(text)


def _log_level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("give DEBUG, INFO, WARNING or ERROR.")
    return text.upper()


def _database_url(text: str) -> str:
    if text.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise ValueError("give sqlite:///FILE or postgresql://USER@HOST/NAME.")


_REQUIRED = {"zendesk_url", "oauth_client_id", "oauth_client_secret", "public_url", "secret_key"}
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "zendesk_url": _url,
    "public_url": _base_url,
    "secret_key": _secret_key,
    "mode": _mode,
    "data_dir": Path,
    "database_url": _database_url,
    "product_field": _id,
    "write_share": _share,
    "smtp_url": _smtp_url,
    "mail_from": _mail_from,
    "port": _port,
    "log_level": _log_level,
    "rehearsal": _flag,
    "encoder": _flag,
    "forget_hours": _hours,
    "keep_months": _months,
}
