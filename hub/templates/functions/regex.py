"""Regular expressions."""

import re
from typing import Any, Final

from hub.templates import limits
from hub.templates.functions.group import Group
from hub.templates.functions.runaway import check_pattern


def regex_match(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    """Tell whether the value's text begins with the pattern."""
    return _pattern(find, ignorecase, str(value)).match(str(value)) is not None


def regex_search(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    """Tell whether the pattern is somewhere in the value's text."""
    return _pattern(find, ignorecase, str(value)).search(str(value)) is not None


def regex_replace(value: Any = "", find: str = "", replace: str = "", ignorecase: bool = False) -> str:
    """Replace every place of the pattern in the value's text."""
    text = str(value)
    captures = len(text) if "\\" in replace and "(?" in find else 0  # looking ahead, a group may take the rest each time
    limits.check_size((len(replace) + captures) * (len(text) + 1), "a text after replacing")
    return _pattern(find, ignorecase, text).sub(replace, text)


def regex_findall(value: Any, find: str = "", ignorecase: bool = False) -> list[Any]:
    """Return every place of the pattern in the value's text; with several groups, tuples of them."""
    return _pattern(find, ignorecase, str(value)).findall(str(value))


def regex_findall_index(value: Any, find: str = "", index: int = 0, ignorecase: bool = False) -> Any:
    """Return one of the places of the pattern in the value's text."""
    return regex_findall(value, find, ignorecase)[index]


def _pattern(find: str, ignorecase: bool, text: str) -> re.Pattern[str]:
    pattern = re.compile(find, re.IGNORECASE if ignorecase else 0)
    check_pattern(pattern, text)
    return pattern


GROUP: Final = Group(
    filters={
        "regex_findall": regex_findall,
        "regex_findall_index": regex_findall_index,
        "regex_match": regex_match,
        "regex_replace": regex_replace,
        "regex_search": regex_search,
    },
    tests={"match": regex_match, "search": regex_search},
)
