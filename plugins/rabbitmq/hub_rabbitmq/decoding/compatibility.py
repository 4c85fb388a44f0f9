"""Whether data of one schema can be read by another: the rules of Avro's schema resolution, before any data comes.

Stricter than the specification in one point: every branch of a union that the writer may use must be readable, since a telemetry
stream that fails on Tuesdays is worse than one that is refused on Monday.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Any
_PROMOTIONS: Final = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}
_NAMED: Final = ("record", "error", "enum", "fixed")


def incompatibilities(writer: Schema, reader: Schema) -> list[str]:
    """Say what keeps the reader from reading what the writer writes; nothing when all is well. Both as JSON gives them."""
    return list(dict.fromkeys(_Comparison(_names(writer), _names(reader)).compare(writer, reader, "")))


class _Comparison:
    def __init__(self, written: Mapping[str, Schema], read: Mapping[str, Schema]) -> None:
        self._written = written
        self._read = read

    def compare(self, writer: Schema, reader: Schema, place: str) -> Iterator[str]:
        writer, reader = _plain(writer, self._written), _plain(reader, self._read)
        if isinstance(writer, list):
            for branch in writer:
                yield from self.compare(branch, reader, place)
        elif isinstance(reader, list):
            if not any(self._reads(writer, branch) for branch in reader):
                yield f"{place or 'the message'} may be {_kind(writer)}, which is none of {', '.join(map(_kind, reader))}"
        else:
            yield from self._same(writer, reader, place)

    def _reads(self, writer: Schema, branch: Schema) -> bool:
        return not any(self.compare(writer, branch, ""))

    def _same(self, writer: Schema, reader: Schema, place: str) -> Iterator[str]:
        kinds = _kind(writer), _kind(reader)
        if kinds[0] != kinds[1]:
            if kinds[1] not in _PROMOTIONS.get(kinds[0], ()):
                yield f"{place or 'the message'} is {kinds[0]} and should be {kinds[1]}"
            return
        if kinds[0] in _NAMED and not _called_alike(writer, reader):
            yield f"{place or 'the message'} is called {writer['name']} and should be {reader['name']}"
        elif kinds[0] in ("record", "error"):
            yield from self._fields(writer, reader, place)
        elif kinds[0] == "enum":
            yield from _symbols(writer, reader, place)
        elif kinds[0] == "fixed" and writer.get("size") != reader.get("size"):
            yield f"{place} has {writer.get('size')} bytes and should have {reader.get('size')}"
        elif kinds[0] == "array":
            yield from self.compare(writer["items"], reader["items"], f"{place}[]")
        elif kinds[0] == "map":
            yield from self.compare(writer["values"], reader["values"], f"{place}{{}}")

    def _fields(self, writer: Schema, reader: Schema, place: str) -> Iterator[str]:
        written = {field["name"]: field for field in writer["fields"]}
        for field in reader["fields"]:
            path = f"{place}.{field['name']}" if place else field["name"]
            names = [name for name in (field["name"], *field.get("aliases", ())) if name in written]
            if names:
                yield from self.compare(written[names[0]]["type"], field["type"], path)
            elif "default" not in field:
                yield f"{path} is missing and has no default"


def _plain(schema: Schema, names: Mapping[str, Schema]) -> Schema:
    """Follow names and `{"type": …}` around other types to what they mean."""
    while True:
        if isinstance(schema, str) and schema in names:
            schema = names[schema]
        elif isinstance(schema, dict) and isinstance(schema["type"], dict | list):
            schema = schema["type"]
        elif isinstance(schema, dict) and schema["type"] in names and schema["type"] not in _NAMED:
            schema = names[schema["type"]]
        else:
            return schema


def _kind(schema: Schema) -> str:
    if isinstance(schema, list):
        return "a union"
    return str(schema["type"] if isinstance(schema, dict) else schema)


def _called_alike(writer: Schema, reader: Schema) -> bool:
    ours = {str(name).rpartition(".")[2] for name in (reader["name"], *reader.get("aliases", ()))}
    return str(writer["name"]).rpartition(".")[2] in ours


def _symbols(writer: Schema, reader: Schema, place: str) -> Iterator[str]:
    strange = [symbol for symbol in writer["symbols"] if symbol not in reader["symbols"]]
    if strange and "default" not in reader:
        yield f"{place} may be {', '.join(strange)}, and there is no default for what is unknown"


def _names(schema: Schema, namespace: str = "") -> dict[str, Schema]:
    """Collect the named types of a schema, under their short and their full names."""
    found: dict[str, Schema] = {}
    match schema:
        case list():
            for branch in schema:
                found |= _names(branch, namespace)
        case dict():
            if schema.get("type") in _NAMED:
                short = str(schema["name"]).rpartition(".")[2]
                own = str(schema["name"]).rpartition(".")[0] or schema.get("namespace", namespace) or ""
                found |= {short: schema, f"{own}.{short}" if own else short: schema}
                namespace = own
            inner = [schema.get("type"), schema.get("items"), schema.get("values")]
            for each in [*inner, *(field["type"] for field in schema.get("fields", ()))]:
                if isinstance(each, dict | list):
                    found |= _names(each, namespace)
    return found
