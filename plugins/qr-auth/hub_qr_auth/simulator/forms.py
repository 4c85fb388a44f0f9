"""Reads the forms of a page, as a browser does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it goes, what it holds, and among what can be chosen."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words = ""
        self._quiet = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take forms, their fields, and links."""
        told = {name: value or "" for name, value in attrs}
        self._quiet = tag in ("style", "script")
        if tag == "form":
            self.forms.append(Form(told.get("action", "")))
        elif tag == "a":
            self.links.append(told.get("href", ""))
        elif tag == "input" and self.forms and told.get("name"):
            self._take(self.forms[-1], told)

    def handle_endtag(self, tag: str) -> None:
        """Read on after a style or script."""
        self._quiet = self._quiet and tag not in ("style", "script")

    def handle_data(self, data: str) -> None:
        """Take the words that a person reads."""
        if not self._quiet and data.strip():
            self.words += f"{data.strip()} "

    @staticmethod
    def _take(form: Form, told: dict[str, str]) -> None:
        if told.get("type") == "radio":
            form.choices.setdefault(told["name"], []).append(told.get("value", ""))
        elif told.get("type") != "checkbox":
            form.fields[told["name"]] = told.get("value", "")
