"""Which of pydantic's errors a reader of the file needs to hear, and where each stands."""

from collections.abc import Iterator

import msgspec
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.config.locations import Location, Reading, read_location
from hub.config.nodes import BROKEN, Mapping, Position, Sequence, position_of
from hub.config.wording import choices, code_of, discriminator, expectation, kind_of, message_of, mismatch


class Finding(msgspec.Struct):
    """One of pydantic's errors, as a reader of the file would put it."""

    path: Location
    """The keys and indexes that exist in the node; of an unknown key, it is the last."""
    location: Location
    """The same with the tags of unions and the names of validators, as pydantic gave it."""
    tags: tuple[int, ...]
    """Which parts of the location are such tags, by number."""
    position: Position
    message: str
    code: str
    expected: str | None
    """What would have been right, if the error is that another kind of value stands there."""
    found: str
    """What kind of value stands there."""
    wrong: str | None = None
    """The word that is not one of the choices."""
    choices: tuple[str, ...] = ()


def findings(error: ValidationError, node: object) -> list[Finding]:
    """Return what is wrong, in the order of pydantic; of the alternatives of a union only what was probably meant."""
    found = [_finding(each, node) for each in error.errors(include_url=False)]
    return _settled([each for each in found if each is not None], 0)


def _finding(error: ErrorDetails, root: object) -> Finding | None:
    by_key = bool(error["loc"]) and error["loc"][-1] == "[key]"
    location = error["loc"][:-1] if by_key or error["type"] == "missing" else error["loc"]
    reading = read_location(root, location, error.get("input"))
    if reading.node is BROKEN:
        return None  # it was reported when it was read
    place = _Place.of(root, reading, error, by_key=by_key)
    return Finding(
        path=place.path,
        location=error["loc"],
        tags=reading.tags,
        position=place.position,
        message=_without_secrets(message_of(error, kind_of(place.value)), place),
        code=code_of(error),
        expected=None if by_key else expectation(error),
        found=kind_of(place.value),
        wrong=place.value if isinstance(place.value, str) and not place.secret else None,
        choices=choices(error),
    )


class _Place(msgspec.Struct):
    """What an error is about."""

    path: Location
    position: Position
    value: object
    secret: bool

    @classmethod
    def of(cls, root: object, reading: Reading, error: ErrorDetails, *, by_key: bool) -> "_Place":
        path, value = reading.path, reading.node
        if error["type"] == "union_tag_invalid" and isinstance(value, dict):
            key = discriminator(error).strip("`")
            if key in value:
                path, value = (*path, key), value[key]
        if by_key or error["type"] == "extra_forbidden":
            return cls(path, _key_position(root, path), path[-1] if path else None, secret=False)
        return cls(path, position_of(root, path), value, secret=_is_secret(root, path))


def _settled(group: list[Finding], depth: int) -> list[Finding]:
    """Choose among the alternatives of each union; the findings share the first `depth` parts of their locations."""
    branches: dict[str | int | None, list[Finding]] = {}
    for finding in group:
        branches.setdefault(finding.location[depth] if depth < len(finding.location) else None, []).append(finding)
    settled = {part: own if part is None else _settled(own, depth + 1) for part, own in branches.items()}
    alternatives = [own for own in settled.values() if own and depth in own[0].tags]
    if len(alternatives) < 2:
        return [finding for own in settled.values() for finding in own]
    return [finding for own in settled.values() if own not in alternatives for finding in own] + _meant(alternatives, depth)


def _meant(alternatives: list[list[Finding]], depth: int) -> list[Finding]:
    fitting = [own for own in alternatives if not any(_is_misfit(finding, depth) for finding in own)]
    if fitting:
        return min(fitting, key=len)
    first, *others = [finding for own in alternatives for finding in own]
    expected = [finding.expected for finding in (first, *others) if finding.expected is not None]
    if len(expected) > 1:
        first.message = mismatch(expected, first.found)
        first.choices = tuple(choice for finding in (first, *others) for choice in finding.choices)
        first.code = "wrong-type" if not first.choices else first.code
    return [first]


def _is_misfit(finding: Finding, depth: int) -> bool:
    """Whether the whole value is of another kind than this alternative takes."""
    steps_before = depth - sum(1 for tag in finding.tags if tag < depth)
    return finding.expected is not None and len(finding.path) == steps_before


def _key_position(root: object, path: Location) -> Position:
    parent = _at(root, path[:-1])
    return parent.key_position(path[-1]) if path and isinstance(parent, Mapping) else position_of(root, path)


def _is_secret(root: object, path: Location) -> bool:
    if not path:
        return False
    parent, last = _at(root, path[:-1]), path[-1]
    if isinstance(parent, Mapping):
        return parent.is_secret(last)
    return isinstance(parent, Sequence) and isinstance(last, int) and parent.is_secret(last)


def _at(root: object, path: Location) -> object:
    for part in path:
        root = root[part]  # type: ignore[index]  # the path was read from this node
    return root


def _without_secrets(message: str, place: _Place) -> str:
    """A validator may have put the value into its message."""
    if place.secret and isinstance(place.value, str) and place.value in message:
        return "the secret's value is not valid here"
    for secret in _secrets_in(place.value):
        message = message.replace(secret, "***")
    return message


def _secrets_in(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        flagged = [(value, node.is_secret(key)) for key, value in node.items()]
    elif isinstance(node, Sequence):
        flagged = [(value, node.is_secret(number)) for number, value in enumerate(node)]
    else:
        return
    for value, secret in flagged:
        if secret and value is not None and value != "":
            yield str(value)
        else:
            yield from _secrets_in(value)
