"""A page of the application as a file: links written anew, and without what needs a server."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from typing import Final

_LINKS: Final = frozenset({"href", "src", "xlink:href"})
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_SERVED: Final = frozenset({"facets", "chips", "parameters", "served", "snippets"})
"""Classes of what speaks of a service, or works with one alone."""
_MAIN: Final = re.compile(r'<main id="main">(.*)</main>', re.DOTALL)


def rewritten(page: str, link: Callable[[str], str | None]) -> str:
    """A page with other links.

    Args:
        page: HTML as our templates write it.
        link: what a link becomes; None for one that leads nowhere.
    """
    parser = _Rewriter(link)
    parser.feed(page)
    parser.close()
    return parser.text()


def main_of(page: str) -> str:
    """What a page says, without the frame that all pages have."""
    found = _MAIN.search(page)
    assert found is not None
    return found[1]


class _Rewriter(HTMLParser):
    """Writes what it reads; an element is left out whole, or only its link."""

    def __init__(self, link: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=False)
        self._link = link
        self._parts: list[list[str]] = [[]]  # the innermost entry of a list comes last
        self._open: list[tuple[str, bool]] = []  # elements, and whether they are framed entries
        self._left_out = 0
        self._dead: list[bool] = [False]

    def text(self) -> str:
        """What was written."""
        return "".join(self._parts[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        void = tag in _VOID
        classes = set((dict(attrs).get("class") or "").split())
        if self._left_out or tag in ("form", "script") or classes & _SERVED:
            if not void:
                self._left_out += 1
                self._open.append((tag, False))
            return
        if self._unserved(tag, dict(attrs)):
            return
        told, dead = self._told(tag, attrs)
        if dead and tag == "link":
            return
        if dead and tag == "a" and any(name.endswith(".formats") for name, _ in self._open):
            self._left_out += 1
            self._open.append((tag, False))
            return
        framed = tag == "li" and any(name in ("header", "footer") for name, _ in self._open)
        if framed:
            self._parts.append([])
            self._dead.append(False)
        self._dead[-1] |= dead
        self._parts[-1].append(told)
        if not void:
            name = f"{tag}.formats" if "formats" in classes else tag
            self._open.append((name, framed))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._left_out:
            self._parts[-1].append(self._told(tag, attrs)[0])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0].partition(".")[0] != tag:
            return
        _, framed = self._open.pop()
        if self._left_out:
            self._left_out -= 1
            return
        self._parts[-1].append(f"</{tag}>")
        if framed:  # an entry of the frame that leads nowhere says nothing
            whole, dead = self._parts.pop(), self._dead.pop()
            if not dead:
                self._parts[-1].extend(whole)

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._parts[-1].append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._parts[-1].append(f"<!{decl}>")

    def _unserved(self, tag: str, told: dict[str, str | None]) -> bool:
        """Whether an element of the head speaks of the page's address on a service."""
        if tag == "link":
            relation = told.get("rel")
            return (
                relation == "canonical"
                or bool(told.get("hreflang"))
                or (relation is None and told.get("itemprop") == "url")
            )
        kinds = {told.get("property"), told.get("name")}
        return tag == "meta" and bool(kinds & {"og:url", "og:image", "twitter:card", "robots"})

    def _told(self, tag: str, attrs: list[tuple[str, str | None]]) -> tuple[str, bool]:
        """A start tag with its links written anew, and whether one of them leads nowhere."""
        dead, told = False, []
        if not _LINKS & dict(attrs).keys():
            return self.get_starttag_text() or "", False
        for name, value in attrs:
            if name in _LINKS and value is not None:
                # What identifies a thing in microdata stays as it is.
                new = value if tag == "link" and dict(attrs).get("itemprop") else self._link(value)
                dead |= new is None
                if new is None:
                    continue
                value = new
            told.append(f" {name}" if value is None else f' {name}="{escape(value)}"')
        return f"<{tag}{''.join(told)}>", dead
