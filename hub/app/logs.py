"""Logging: to the terminal, with secrets blacked out, and the last lines kept for the API."""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from hub.config import Settings

_FORMAT: Final = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"
_TRACEBACKS: Final = logging.Formatter()
_KEPT: Final = 500  # lines
_SHORTEST_SECRET: Final = 4  # characters; blacking out shorter ones would garble everything


class BlackOut(logging.Filter):
    """Takes secret values out of everything that is logged."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((secret for secret in secrets if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record where a secret stands in it; let everything pass."""
        if self._secrets:
            text = record.getMessage()
            cleaned = self._cleaned(text)
            if cleaned != text:
                record.msg, record.args = cleaned, None
            if record.exc_info:  # the text of the traceback is kept in the record: formatters take it from there
                record.exc_text = self._cleaned(record.exc_text or _TRACEBACKS.formatException(record.exc_info))
        return True

    def _cleaned(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class LastLines(logging.Handler):
    """Keeps the last lines that are worth a person's attention."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter(_FORMAT))
        self._lines: deque[str] = deque(maxlen=_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self._lines.append(self.format(record))

    def text(self) -> str:
        """Return the lines, the newest last."""
        return "\n".join(self._lines)


def log_to_terminal(level: int = logging.INFO) -> None:
    """Write what is logged to the terminal."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(handler)
    root.setLevel(level)
    for chatty in ("httpx2", "httpcore2", "discord", "aioftp", "apscheduler", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def logged(settings: Settings, secrets: Iterable[str]) -> Iterator[LastLines]:
    """Log as the settings say for the length of the block; yields what keeps the last lines."""
    root = logging.getLogger()
    root.setLevel(settings.logging.level.value.upper())
    for name, level in settings.logging.loggers.items():
        logging.getLogger(name).setLevel(level.value.upper())
    kept = LastLines()
    black_out = BlackOut(secrets)
    root.addHandler(kept)
    handlers = list(root.handlers)
    for handler in handlers:
        handler.addFilter(black_out)
    try:
        yield kept
    finally:
        for handler in handlers:
            handler.removeFilter(black_out)
        root.removeHandler(kept)
