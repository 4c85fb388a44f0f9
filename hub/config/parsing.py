"""From text to nodes with positions, straight from libyaml's events."""

from typing import Any, Final, NamedTuple

import msgspec
from yaml import YAMLError
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from hub.config.merging import merge
from hub.config.nodes import BROKEN, Input, Mapping, Places, Position, Sequence
from hub.config.problems import Problem, problem_at
from hub.config.scalars import PlainScalars, Refused, Tagged, tagged_collection, tagged_scalar
from hub.config.syntax import UNQUOTED_TEMPLATE, quoted_template, syntax_problem

DEEPEST: Final = 100
"""How many containers may stand in each other."""
MOST_EXPANDED: Final = 1_000_000
"""For how many nodes the aliases of a file may stand."""


class Parsed(msgspec.Struct):
    """One file by itself: its tags are still to be replaced by what they stand for."""

    value: Any
    places: Places
    tagged: list[tuple[Mapping | Sequence, Any]]
    """Where in containers the tags are: the container, and the key or index. (The whole value may be one, too.)"""
    problems: list[Problem]
    size: int
    """About how many nodes the value has, each as often as it is used."""
    height: int
    """How many containers stand in each other."""


def parse(text: str, file: str) -> Parsed:
    """Read one YAML document; `file` is what positions call it. A file with a syntax error is BROKEN as a whole."""
    parser = _Parser(text, file)
    value: Any = BROKEN
    try:
        value = parser.document()
    except YAMLError as error:
        problem = syntax_problem(error, file, text)
        if (problem.line, problem.code) not in {(each.line, each.code) for each in parser.problems}:
            parser.problems.append(problem)
    return Parsed(value, parser.places, parser.tagged, parser.problems, parser.size(), parser.deepest)


class _Anchor(NamedTuple):
    value: Any
    size: int
    height: int


class _Parser:
    """Follows the events of one document.

    `_mapping` and `_sequence` run for every line of every file, so they are long: they treat the usual scalar in place, where
    a call of a method each would take half as long again.
    """

    def __init__(self, text: str, file: str) -> None:
        self.places = Places(file)
        self.tagged: list[tuple[Mapping | Sequence, Any]] = []
        self.problems: list[Problem] = []
        self._text = text
        self._next = CParser(text.encode("utf-8", "surrogatepass")).get_event
        self._plain = PlainScalars()
        self._quoted: dict[str, str] = {}
        self._shapes: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._anchors: dict[str, _Anchor | None] = {}  # None: not yet complete
        self._expanded = 0
        self.deepest = 0

    def document(self) -> Any:
        """Return the value of the only document; None if there is none. Raises YAMLError."""
        self._next()
        if isinstance(self._next(), StreamEndEvent):
            return None
        value = self._node(self._next(), 0)
        self._next()
        if isinstance(another := self._next(), DocumentStartEvent):
            self._problem(another, "a second document begins here: a file holds one", "several-documents")
        return value

    def size(self) -> int:
        """About how many nodes there are so far, each as often as it is used."""
        return len(self.places.packed) + self._expanded

    def _node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is AliasEvent:
            return self._alias(event, depth)
        if event.anchor is not None:
            return self._anchored(event, depth)
        if kind is ScalarEvent:
            return self._scalar(event)
        return self._container(event, depth + 1)

    def _container(self, event: Any, depth: int) -> Any:
        if depth > self.deepest:
            if depth > DEEPEST:
                self._problem(event, f"more than {DEEPEST} levels stand in each other here", "too-deep")
                self._skip(event)
                return BROKEN
            self.deepest = depth
        value: Any = self._mapping(event, depth) if type(event) is MappingStartEvent else self._sequence(event, depth)
        return value if event.tag is None else self._converted(event, value)

    def _mapping(self, start: Any, depth: int) -> Any:
        next_event, plain, share = self._next, self._plain, self._quoted.setdefault
        mapping = Mapping()
        mark = start.start_mark
        places = [mark.line << 32 | mark.column]
        merged: list[Mapping] = []
        unreadable = False
        while True:
            event: Any = next_event()
            kind = type(event)
            mark = event.start_mark
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                text = event.value
                try:
                    key = plain[text] if event.implicit[0] else share(text, text)
                except Refused as refused:
                    if text == "<<":
                        merged += self._merged(next_event(), depth)
                        continue
                    key = text if text == "=" else self._problem(event, str(refused), "bad-value")
            elif kind is MappingEndEvent:
                break
            else:
                key = self._odd_key(event, depth, start)
            if key is BROKEN:
                unreadable = True
                self._node(next_event(), depth)
                continue
            if key in mapping:
                self._replace(event, mapping, key, places, depth)
                continue
            places.append(mark.line << 32 | mark.column)
            event = next_event()
            mark = event.start_mark
            places.append(mark.line << 32 | mark.column)
            if type(event) is ScalarEvent and event.anchor is None and event.tag is None:
                text = event.value
                try:
                    mapping[key] = plain[text] if event.implicit[0] else share(text, text)
                except Refused as refused:
                    mapping[key] = self._problem(event, str(refused), "bad-value")
            else:
                value = mapping[key] = self._node(event, depth)
                if type(value) is Tagged:
                    self.tagged.append((mapping, key))
        if merged:
            places = self._merge(mapping, places, merged, start)
        names = tuple(mapping)
        packed = self.places.packed
        mapping.places, mapping.first, mapping.names = self.places, len(packed), self._shapes.setdefault(names, names)
        packed.extend(places)
        return BROKEN if unreadable and start.flow_style else mapping

    def _sequence(self, start: Any, depth: int) -> Sequence:
        next_event, plain, share = self._next, self._plain, self._quoted.setdefault
        sequence = Sequence()
        mark = start.start_mark
        places = [mark.line << 32 | mark.column]
        while True:
            event: Any = next_event()
            kind = type(event)
            mark = event.start_mark
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                text = event.value
                try:
                    sequence.append(plain[text] if event.implicit[0] else share(text, text))
                except Refused as refused:
                    sequence.append(self._problem(event, str(refused), "bad-value"))
            elif kind is SequenceEndEvent:
                break
            else:
                value = self._node(event, depth)
                if type(value) is Tagged:
                    self.tagged.append((sequence, len(sequence)))
                sequence.append(value)
            places.append(mark.line << 32 | mark.column)
        packed = self.places.packed
        sequence.places, sequence.first, sequence.size = self.places, len(packed), len(sequence)
        packed.extend(places)
        return sequence

    def _scalar(self, event: ScalarEvent) -> Any:
        try:
            return tagged_scalar(event, self._plain, self._position(event))
        except Refused as refused:
            return self._problem(event, str(refused), refused.code)

    def _converted(self, event: CollectionStartEvent, value: Any) -> Any:
        try:
            return tagged_collection(str(event.tag), value)
        except Refused as refused:
            return self._problem(event, str(refused), refused.code)

    def _anchored(self, event: Any, depth: int) -> Any:
        name = event.anchor
        if name in self._anchors:
            self._problem(event, f"the anchor `&{name}` stands in this file twice", "duplicate-anchor")
        self._anchors[name] = None
        before, deepest, self.deepest = self.size(), self.deepest, depth
        value = self._scalar(event) if type(event) is ScalarEvent else self._container(event, depth + 1)
        self._anchors[name] = _Anchor(value, self.size() - before + 1, self.deepest - depth)
        self.deepest = max(deepest, self.deepest)
        return value

    def _alias(self, event: AliasEvent, depth: int) -> Any:
        name = event.anchor
        if name not in self._anchors:
            return self._problem(event, f"no anchor `&{name}` stands above", "unknown-anchor")
        anchor = self._anchors[name]
        if anchor is None:
            return self._problem(event, f"`*{name}` stands in itself", "endless-alias")
        if depth + anchor.height > DEEPEST:
            return self._problem(event, f"more than {DEEPEST} levels stand in each other here", "too-deep")
        if not self._expand(event, anchor.size):
            return BROKEN
        self.deepest = max(self.deepest, depth + anchor.height)
        return anchor.value

    def _expand(self, event: Any, size: int) -> bool:
        """Count the nodes that are used again; False when there are too many, which is said once."""
        within = self._expanded <= MOST_EXPANDED
        self._expanded += size
        if within and self._expanded > MOST_EXPANDED:
            self._problem(event, f"the aliases of this file stand for more than {MOST_EXPANDED} nodes", "alias-bomb")
        return self._expanded <= MOST_EXPANDED

    def _odd_key(self, event: Any, depth: int, start: Any) -> Any:
        """Read a key that is not just a text."""
        key = self._node(event, depth)
        if isinstance(key, Mapping | Sequence | set):
            mark = start.start_mark
            template = quoted_template(self._text, mark.line, mark.column)
            if template is not None:
                return self._problem(start, f"put quotes round the template: {template}", UNQUOTED_TEMPLATE)
            return self._problem(event, "a mapping or a list cannot be a key", "bad-key")
        if isinstance(key, Tagged | Input):
            return self._problem(event, "a tag cannot be a key", "bad-key")
        return key

    def _replace(self, event: Any, mapping: Mapping, key: Any, places: list[int], depth: int) -> None:
        """Read the value of a key that is there already: the last one counts, as for Home Assistant."""
        number = 1 + 2 * list(mapping).index(key)
        line = (places[number] >> 32) + 1
        self._problem(event, f"the key `{key}` stands here again: it is in line {line} already", "duplicate-key")
        inner: Any = self._next()
        places[number : number + 2] = (each.start_mark.line << 32 | each.start_mark.column for each in (event, inner))
        value = mapping[key] = self._node(inner, depth)
        if type(value) is Tagged:
            self.tagged.append((mapping, key))

    def _merged(self, event: Any, depth: int) -> list[Mapping]:
        """Return the mappings that `<<` names; a later one wins."""
        value = self._node(event, depth)
        mappings = value[::-1] if isinstance(value, Sequence) else [value]
        if all(isinstance(each, Mapping) for each in mappings):
            return mappings
        if value is not BROKEN:
            self._problem(event, "`<<` takes a mapping, or a list of mappings, of the same file", "bad-merge")
        return []

    def _merge(self, mapping: Mapping, places: list[int], merged: list[Mapping], start: MappingStartEvent) -> list[int]:
        """Put the merged entries before the mapping's own, which win; return the places of all."""
        if not self._expand(start, sum(map(len, merged))):
            return places
        before = set(mapping)
        places = merge(mapping, places, merged, self.places.packed)
        self.tagged += ((mapping, key) for key, value in mapping.items() if type(value) is Tagged and key not in before)
        return places

    def _skip(self, event: Event | None) -> None:
        """Pass over everything up to the end of this node."""
        depth = 0
        while True:
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth == 0:
                return
            event = self._next()

    def _problem(self, event: Any, message: str, code: str) -> Any:
        self.problems.append(problem_at(self._position(event), message, code))
        return BROKEN

    def _position(self, event: Any) -> Position:
        mark = event.start_mark
        return Position(self.places.file, mark.line + 1, mark.column + 1)
