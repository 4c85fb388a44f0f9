"""Which rules a leaf of a target fits: the rules' paths as one tree, so that a leaf is looked up in the time of its own length.

A value may be a whole branch (JSON): then the tree says where to look in it, and nothing else of it is visited.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hub_gnmi.paths import ANY, ANY_DEPTH, Element, Path, element, fits
from hub_gnmi.rules import Rule
from hub_gnmi.values import Json

_MOST_LEAVES = 100_000  # that are taken from one value


@dataclass(slots=True, eq=False)
class _Node:
    """A place in the tree of the rules' paths."""

    pattern: Element
    named: dict[str, list["_Node"]] = field(default_factory=dict)
    wild: list["_Node"] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def child(self, pattern: Element) -> "_Node":
        wild = pattern.name in (ANY, ANY_DEPTH)
        siblings = self.wild if wild else self.named.setdefault(pattern.bare_name, [])
        for node in siblings:
            if (node.pattern.name, node.pattern.keys) == (pattern.name, pattern.keys):
                return node
        siblings.append(_Node(pattern))
        return siblings[-1]

    def next(self, given: Element) -> Iterator["_Node"]:
        """Yield where the element leads."""
        if self.pattern.name == ANY_DEPTH:
            yield self
        for node in self.named.get(given.bare_name, ()):
            if fits(node.pattern, given):
                yield from node.reached()
        for node in self.wild:
            if node.pattern.name == ANY_DEPTH:
                yield from node.next(given)
            elif fits(node.pattern, given):
                yield from node.reached()

    def reached(self) -> Iterator["_Node"]:
        """Yield the node itself, and what any depth below it reaches without a further element."""
        yield self
        for node in self.wild:
            if node.pattern.name == ANY_DEPTH:
                yield from node.reached()


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf that a rule wants; the value is only told where it was inside another one."""

    rule: Rule
    path: Path
    value: Json = None


class Matching:
    """All rules of a target."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._root = _Node(Element(""))
        for rule in rules:
            node = self._root
            for pattern in rule.path.elements:
                node = node.child(pattern)
            node.rules.append(rule)

    def leaf(self, path: Path) -> list[Rule]:
        """Return the rules that want the leaf at this path."""
        return [rule for node in self._nodes(path) for rule in node.rules if rule.wants(path)]

    def has_below(self, path: Path) -> bool:
        """Whether a rule may want something below this path."""
        return any(node.named or node.wild for node in self._nodes(path))

    def inside(self, path: Path, value: Json) -> Iterator[Found]:
        """Yield the leaves that rules want inside a value that is a branch; no more than a hundred thousand."""
        if isinstance(value, list) and path.elements:
            # All entries of a list, told at the list's own path.
            path, value = Path(path.elements[:-1], path.origin), {path.elements[-1].name: value}
        waiting = [(path.elements, self._nodes(path), value)]
        taken = 0
        while waiting and taken < _MOST_LEAVES:
            elements, nodes, branch = waiting.pop()
            taken += 1
            if isinstance(branch, dict):
                waiting += _below(elements, nodes, branch)
            elif len(elements) > len(path.elements):
                place = Path(elements, path.origin)
                yield from (Found(rule, place, branch) for node in nodes for rule in node.rules if rule.wants(place))

    def _nodes(self, path: Path) -> list[_Node]:
        nodes = list(self._root.reached())
        for given in path.elements:
            nodes = _step(nodes, given)
            if not nodes:
                break
        return nodes


_Waiting = tuple[tuple[Element, ...], list[_Node], Json]


def _step(nodes: Iterable[_Node], given: Element) -> list[_Node]:
    return list(dict.fromkeys(reached for node in nodes for reached in node.next(given)))


def _below(elements: tuple[Element, ...], nodes: list[_Node], branch: Mapping[str, Json]) -> Iterator[_Waiting]:
    """Yield the members of a JSON object that rules may want; a list of objects is one member for each, told by its keys."""
    for name, value in branch.items():
        listed = value if isinstance(value, list) and value and isinstance(value[0], dict) else None
        if listed is None:
            if reached := _step(nodes, Element(name)):
                yield (*elements, Element(name)), reached, value
            continue
        wanted = _key_names(nodes, name)
        for entry in listed:
            if isinstance(entry, dict):
                given = element(name, _keys(entry, wanted))
                if reached := _step(nodes, given):
                    yield (*elements, given), reached, entry


def _key_names(nodes: Iterable[_Node], name: str) -> frozenset[str]:
    """Return the keys that rules name for the entries of this list; YANG's own word for them is not in the data."""
    bare = name.rpartition(":")[2]
    children = [child for node in nodes for child in (*node.named.get(bare, ()), *node.wild)]
    return frozenset(key for child in children for key, _ in child.pattern.keys)


def _keys(entry: Mapping[str, Json], wanted: frozenset[str]) -> dict[str, str]:
    keys = {}
    for spelt, value in entry.items():
        name = spelt.rpartition(":")[2]
        if name in wanted and isinstance(value, str | int) and len(str(value)[:257]) <= 256:
            keys[name] = str(value)
    return keys
