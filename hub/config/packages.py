"""Joining what the main file and its packages say about each domain.

A domain may stand in several blocks: once plainly, again with a label (`automation lights:`), and in each package. Lists
are joined one after the other, mappings into one another, and a plain value that stands twice is a clash.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from hub.config.nodes import (
    BROKEN,
    Entry,
    Item,
    Mapping,
    Position,
    Sequence,
    entries_of,
    items_of,
    join_mapping,
    join_sequence,
    position_of,
)
from hub.config.problems import Problem, problem_at
from hub.model.names import is_slug, slugify

CORE: Final = ("hub", "homeassistant")
"""The keys of the core's own section: two names for one thing."""
LISTS: Final = frozenset({"automation", "binary_sensor", "notify", "scene", "sensor", "template"})
"""The domains whose blocks are lists; a block that is a mapping counts as a list of one."""

_CUSTOMISATION = frozenset({"customize", "customize_domain", "customize_glob"})


class Joined(NamedTuple):
    """The section of each domain, and what was wrong."""

    sections: Mapping
    problems: list[Problem]


class _Block(NamedTuple):
    """One mention of a domain; `owner` says who speaks, for messages."""

    value: Any
    position: Position
    owner: str


def join(config: Mapping, core: Mapping, *, lists: Collection[str] = LISTS) -> Joined:
    """Join the blocks of each domain in the main file and the packages, which the core's section lists.

    A domain that is named without content is an empty list or mapping: it is switched on.
    """
    problems: list[Problem] = []
    blocks: dict[str, list[_Block]] = {}
    for domain, block in _blocks(config, "the configuration", problems):
        blocks.setdefault(domain, []).append(block)
    for name, package in _valid_packages(core, problems):
        for domain, block in _blocks(package, f"the package `{name}`", problems):
            if domain not in CORE:
                blocks.setdefault(domain, []).append(block)
            else:
                problems += _refused_core(block)
    joining = _Joining(problems)
    sections = {domain: joining.section(domain, own, as_list=domain in lists) for domain, own in blocks.items()}
    entries = [
        Entry(domain, value, blocks[domain][0].position, position_of(value, ()))
        for domain, value in sections.items()
        if value is not BROKEN
    ]
    return Joined(join_mapping(config.position, entries), problems)


def join_core(config: Mapping) -> tuple[Mapping, list[Problem]]:
    """Return the core's own section, under whichever of its names it stands; of both, if both are used."""
    problems: list[Problem] = []
    blocks = [_Block(config[key], config.key_position(key), f"`{key}`") for key in CORE if key in config]
    section = _Joining(problems).section(CORE[0], blocks, as_list=False) if blocks else join_mapping(config.position, [])
    if isinstance(section, Mapping):
        return section, problems
    if section is not BROKEN:
        problems.append(problem_at(blocks[0].position, f"{blocks[0].owner} must be a mapping", "wrong-type"))
    return join_mapping(config.position, []), problems


def _blocks(config: Mapping, owner: str, problems: list[Problem]) -> Iterator[tuple[str, _Block]]:
    for key, value in config.items():
        position = config.key_position(key)
        if isinstance(key, str):
            yield key.partition(" ")[0], _Block(value, position, owner)
        else:
            problems.append(problem_at(position, f"`{key}` cannot be the name of a section: put quotes round it", "bad-key"))


def _valid_packages(core: Mapping, problems: list[Problem]) -> Iterator[tuple[str, Mapping]]:
    packages = core.get("packages")
    if packages is None or packages is BROKEN:
        return
    if not isinstance(packages, Mapping):
        message = "`packages` must be a mapping of names to configurations"
        problems.append(problem_at(core.value_position("packages"), message, "wrong-type"))
        return
    for name, package in packages.items():
        position = packages.key_position(name)
        if not isinstance(name, str) or not is_slug(name):
            message = f"a package cannot be called `{name}`: use lower case, digits and _, such as `{slugify(str(name))}`"
            problems.append(problem_at(position, message, "bad-name"))
        elif isinstance(package, Mapping):
            yield name, package
        elif package is not None and package is not BROKEN:
            problems.append(problem_at(position, f"the package `{name}` must be a mapping of sections", "wrong-type"))


def _refused_core(block: _Block) -> Iterator[Problem]:
    entries = entries_of(block.value) if isinstance(block.value, Mapping) else []
    for entry in entries:
        if entry.key not in _CUSTOMISATION:
            message = f"`{entry.key}` belongs into the main file: the core's settings cannot stand in {block.owner}"
            yield problem_at(entry.key_position, message, "misplaced-key")


class _Mention(NamedTuple):
    """One of the places that say something of the same key."""

    entry: Entry
    owner: str


class _Joining:
    """Joins the blocks of one configuration; what clashes is told to `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems

    def section(self, domain: str, blocks: list[_Block], *, as_list: bool) -> Any:
        """Return what all blocks together say; BROKEN if no block could be read."""
        mentions = [
            _Mention(Entry(domain, _listed(block.value) if as_list else block.value, block.position, block.position), block.owner)
            for block in blocks
        ]
        value = self._joined(mentions, ())
        if value is not None:
            return value
        return join_sequence(blocks[0].position, []) if as_list else join_mapping(blocks[0].position, [])

    def _joined(self, mentions: list[_Mention], path: tuple[Any, ...]) -> Any:
        told = [mention for mention in mentions if mention.entry.value is not None and mention.entry.value is not BROKEN]
        if not told:
            return next((None for mention in mentions if mention.entry.value is None), BROKEN)
        if len(told) == 1:
            return told[0].entry.value
        path = (*path, told[0].entry.key)
        if all(isinstance(mention.entry.value, Mapping) for mention in told):
            return self._merged(told, path)
        if any(isinstance(mention.entry.value, Sequence) for mention in told):
            items = [item for mention in told for item in _items(mention.entry)]
            return join_sequence(told[0].entry.value_position, [item for item in items if item.value])
        return self._first(told, path)

    def _merged(self, mentions: list[_Mention], path: tuple[Any, ...]) -> Mapping:
        inner: dict[Any, list[_Mention]] = {}
        for entry, owner in mentions:
            for each in entries_of(entry.value):
                inner.setdefault(each.key, []).append(_Mention(each, owner))
        entries = [_telling(own)._replace(value=self._joined(own, path)) for own in inner.values()]
        return join_mapping(mentions[0].entry.value.position, entries)

    def _first(self, mentions: list[_Mention], path: tuple[Any, ...]) -> Any:
        """Plain values cannot be joined: the first counts."""
        (first, _), *others = mentions
        for entry, owner in others:
            message = f"`{entry.key}` in {owner} is set already, at {first.key_position}"
            self._problems.append(problem_at(entry.key_position, message, "clash", path=path))
        return first.value


def _telling(mentions: list[_Mention]) -> Entry:
    """Return the first entry that says something."""
    return next((entry for entry, _ in mentions if entry.value is not None and entry.value is not BROKEN), mentions[0].entry)


def _listed(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return join_sequence(value.position, [Item(value, value.position)] if value else [])


def _items(entry: Entry) -> list[Item]:
    if isinstance(entry.value, Sequence):
        return items_of(entry.value)
    return [Item(entry.value, entry.value_position, entry.secret)]
