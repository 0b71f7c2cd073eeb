"""For `make run`: one machine, nothing to configure; the secret key is made on the first run and kept with the data."""

from core.storage.secret_key import kept_secret_key

from .base import *  # noqa: F403
from .base import DATA_DIR, env

SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret_key(DATA_DIR / "secret_key")
