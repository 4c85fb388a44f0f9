"""What the texts in a YAML 1.1 file mean: `on` is true, `010` is 8, `12:30` is 750, `2026-01-31` is a date."""

from collections.abc import Callable
from typing import Any, Final

from yaml.constructor import ConstructorError, SafeConstructor
from yaml.events import ScalarEvent
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from hub.config.nodes import Input, Mapping, Position
from hub.config.problems import did_you_mean

TAGS: Final = (
    "!secret",
    "!env_var",
    "!include",
    "!include_dir_list",
    "!include_dir_merge_list",
    "!include_dir_named",
    "!include_dir_merge_named",
)
"""The tags that stand for something outside of the file."""

_STANDARD = "tag:yaml.org,2002:"
_SCALARS = frozenset(_STANDARD + name for name in ("null", "bool", "int", "float", "binary", "timestamp", "str"))
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "timestamp": "a date that exists",
    "binary": "base64",
}
_PLAIN = (True, False)
_SPECIAL_STARTS: Final = frozenset(Resolver.yaml_implicit_resolvers)
_WRONG = (ConstructorError, ValueError, OverflowError, KeyError, IndexError, AttributeError)


class Refused(Exception):
    """A value cannot be what its text or tag promises."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Tagged:
    """A value that stands outside of the file, not yet fetched."""

    __slots__ = ("position", "tag", "text")

    def __init__(self, tag: str, text: str, position: Position) -> None:
        self.tag = tag
        self.text = text
        self.position = position


class PlainScalars(dict[str, Any]):
    """The values of unquoted texts; each text is looked at once."""

    def __init__(self) -> None:
        self._resolve: Callable[[type, str, tuple[bool, bool]], str] = Resolver().resolve
        self._constructor = SafeConstructor()

    def __missing__(self, text: str) -> Any:
        value = text
        if not text or text[0] in _SPECIAL_STARTS:
            value = self.standard(self._resolve(ScalarNode, text, _PLAIN), text)
        self[text] = value
        return value

    def standard(self, tag: str, text: str) -> Any:
        """Return what the text means under a standard tag. Raises Refused."""
        try:
            return self._constructor.construct_object(ScalarNode(tag, text))
        except _WRONG:
            meant = _WORDS.get(tag.removeprefix(_STANDARD), "a value")
            raise Refused(f"this is not {meant}: put quotes round it if it is text", "bad-value") from None


def tagged_scalar(event: ScalarEvent, plain: PlainScalars, position: Position) -> Any:
    """Return what a text with a tag means, if it has one. Raises Refused."""
    tag, text = event.tag, event.value
    if event.implicit[0]:
        return plain[text]
    if tag is None or tag == "!":
        return text
    if tag in _SCALARS:
        return plain.standard(tag, text)
    if tag != "!input" and tag not in TAGS:
        raise _unknown(tag)
    if not text.strip():
        raise Refused(f"`{tag}` needs a name after it", "bad-tag")
    return Input(text) if tag == "!input" else Tagged(tag, text, position)


def tagged_collection(tag: str, value: Any) -> Any:
    """Return what a mapping or list with a tag means. Raises Refused."""
    if tag in {"!", _STANDARD + ("map" if isinstance(value, Mapping) else "seq")}:
        return value
    if tag == _STANDARD + "set" and isinstance(value, Mapping):
        return set(value)
    if tag == "!input" or tag in TAGS:
        raise Refused(f"`{tag}` takes a text", "bad-tag")
    raise _unknown(tag)


def _unknown(tag: str) -> Refused:
    shown = f"!!{tag.removeprefix(_STANDARD)}" if tag.startswith(_STANDARD) else tag
    return Refused(f"unknown tag `{shown}`" + did_you_mean(tag, (*TAGS, "!input")), "unknown-tag")
