"""The forms of a page, as a browser would send them untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = ("text", "search", "number", "date", "datetime-local", "email", "tel", "url")


@dataclass
class Form:
    """`fields`: name → the values that it is filled in with. `typed`: the names of those that hold a text."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.present, self.select, self.area = "", "", ""
        self.written: list[str] | None = None  # of the textarea that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.present = given.get("id") or f"form {len(self.forms)}"
            self.forms[self.present] = Form(given.get("action", ""), given.get("method", "get").lower())
        form, name = self.forms.get(given.get("form") or self.present), given.get("name", "")
        if form is None or (not name and tag != "option") or "disabled" in given:
            return
        if tag == "input" and given.get("type") == "file":
            form.files.append(name)
        elif tag in ("input", "button"):
            off = given.get("type") in ("checkbox", "radio") and "checked" not in given
            form.fields.setdefault(name, [])
            if not off:
                form.fields[name].append(given.get("value", ""))
            if tag == "input" and given.get("type", "text") in TYPED:
                form.typed.add(name)
        elif tag == "textarea":
            form.fields[name] = self.written = [""]
            form.typed.add(name)
        elif tag == "select":
            self.select = name
            form.fields.setdefault(name, [""])
        elif tag == "option" and "selected" in given and self.select in form.fields:
            form.fields[self.select] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self.written is not None:
            self.written[0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.written is not None:
            # A browser leaves out the line break that follows the tag.
            self.written[0], self.written = self.written[0].removeprefix("\r").removeprefix("\n"), None
        if tag == "form":
            self.present = ""


def forms_of(page: str) -> list[Form]:
    reader = _Forms()
    reader.feed(page)
    return list(reader.forms.values())
