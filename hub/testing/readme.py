"""What a plugin's README lists.

Under the headings Configuration, Entities, Events and Actions, every list item or table row that begins with a name in
backticks lists that name. Below a heading that itself shows a name in backticks, such as "### `metrics`", names belong to it:
`metrics.column`.
"""

import re

_HEADING = re.compile(r"(#+)\s+(.*)")
_LISTED = re.compile(r"\s*(?:[-*|]|\d+\.)\s*`([^`]+)`")
_NAME = re.compile(r"`([^`]+)`")
_FENCE = re.compile(r"\s*(```|~~~)")


def listed(text: str, section: str) -> set[str] | None:
    """Return the names listed under this heading, or None when there is no such heading."""
    names: set[str] | None = None
    depth, prefix = 0, ""
    for line in _outside_code(text):
        heading = _HEADING.fullmatch(line.rstrip())
        if heading:
            level, title = len(heading[1]), heading[2].strip()
            if depth and level > depth:
                own = _NAME.search(title)
                prefix = f"{own[1]}." if own else ""
            elif title.lower() == section.lower():
                names, depth, prefix = names or set(), level, ""
            else:
                depth = 0
        elif depth and names is not None and (item := _LISTED.match(line)):
            names.add(prefix + item[1])
    return names


def fits(listed_name: str, name: str) -> bool:
    """Tell whether a listed name, perhaps with a placeholder such as `<site>`, means this name."""
    parts = re.split(r"<[^<>]+>", listed_name)
    return re.fullmatch(".+".join(map(re.escape, parts)), name) is not None


def _outside_code(text: str) -> list[str]:
    lines, inside = [], False
    for line in text.splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            lines.append(line)
    return lines
