"""The same installation as the web's tests have, without going through HTTP."""

from tests.web.conftest import app_key, here, library

__all__ = ["app_key", "here", "library"]
