"""What the texts in a YAML 1.1 file mean: `on` is true, `010` is 8, `12:30` is 750, `2026-01-31` is a date."""

from collections.abc import Callable
from typing import Any, Final

from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

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


class BadScalar(Exception):
    """The text has a form that promises a value which it does not hold, such as the date 2026-02-30."""

    def __init__(self, text: str, tag: str) -> None:
        super().__init__(f"this is not {_WORDS.get(tag.removeprefix(_STANDARD), 'a value')}: put quotes round it if it is text")
        self.text = text


def shown_tag(tag: str) -> str:
    """Return the tag as people write it."""
    return f"!!{tag.removeprefix(_STANDARD)}" if tag.startswith(_STANDARD) else tag


class PlainScalars(dict[str, Any]):
    """The values of unquoted texts; each text is looked at once."""

    def __init__(self) -> None:
        self._resolve: Callable[[type, str, tuple[bool, bool]], str] = Resolver().resolve
        self._constructor = SafeConstructor()

    def __missing__(self, text: str) -> Any:
        value = text
        if not text or text[0] in _SPECIAL_STARTS:
            value = self.tagged(self._resolve(ScalarNode, text, _PLAIN), text)
        self[text] = value
        return value

    @staticmethod
    def knows(tag: str) -> bool:
        """Tell whether this is a standard tag of a scalar."""
        return tag in _SCALARS

    def tagged(self, tag: str, text: str) -> Any:
        """Return what the text means under a standard tag. Raises BadScalar."""
        try:
            return self._constructor.construct_object(ScalarNode(tag, text))
        except _WRONG:
            raise BadScalar(text, tag) from None
