"""Where the running hub is, for the commands of this computer: the file `api.json` in its data folder.

It holds a token, so only its owner may read it.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE_NAME: Final = "api.json"


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach the hub's API."""

    url: str
    token: str


def write_address(folder: Path, address: Address) -> Path:
    """Write the file, whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{FILE_NAME}.")  # made with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"url": address.url, "token": address.token}, file)
        return temporary.replace(folder / FILE_NAME)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_address(folder: Path) -> Address | None:
    """Read the file; None when there is none or it is not whole."""
    try:
        content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return Address(str(content["url"]), str(content["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_address(folder: Path) -> None:
    """Remove the file, if it is there."""
    (folder / FILE_NAME).unlink(missing_ok=True)
