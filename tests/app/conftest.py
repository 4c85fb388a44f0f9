import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.app.site import Site, install_plugins
from tests.hosting.tcp.hub_tcp.simulator import Echo


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A folder, in a world where some plugins are installed; the log is afterwards as it was."""
    install_plugins(tmp_path / "installed")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    filters = [list(handler.filters) for handler in handlers]
    yield Site(tmp_path)
    root.setLevel(level)
    root.handlers[:] = handlers
    for handler, known in zip(handlers, filters, strict=True):
        handler.filters[:] = known


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    """A service that answers."""
    service = Echo()
    await service.start()
    yield service
    await service.stop()
