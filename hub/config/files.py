"""Reading YAML files, each by itself; what was parsed before comes from the cache."""

from pathlib import Path

from hub.config.cache import Cache
from hub.config.includes import SECRETS_FILE
from hub.config.nodes import BROKEN, Places
from hub.config.parsing import Parsed, parse
from hub.config.problems import Problem
from hub.config.syntax import encoding_problem


def read_file(path: Path, cache: Cache | None) -> Parsed:
    """Read and parse the file. Raises OSError."""
    content = path.read_bytes()
    kept = cache if path.name != SECRETS_FILE else None  # secrets stay where they are
    if kept is not None and (found := kept.find(path, content)) is not None:
        return found
    parsed = parse_bytes(content, str(path))
    if kept is not None and not parsed.problems:
        kept.keep(path, content, parsed)
    return parsed


def parse_bytes(content: bytes, file: str) -> Parsed:
    """Parse the content of a file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return broken(file, encoding_problem(error, file))
    return parse(text, file)


def broken(file: str, problem: Problem) -> Parsed:
    """What a file becomes that cannot be read at all."""
    return Parsed(BROKEN, Places(file), [], [problem], 0, 0)
