"""What must hold of every kind of page, whatever its labels say, in a real browser."""

import pytest

THINGS = (
    *("study/contoh", "program/pelatihan", "policy/wajib-bambu", "actor/dinas-a", "actor/sentra-b"),
    *("finding/f2", "finding/s1", "evidence/e1", "place/desa-a", "indicator/jumlah-sentra"),
    *("interview/w1", "informant/p1", "tie/b-a", "collaboration/bambu"),
)
PAGES = (
    *(
        "/",
        "/studies",
        "/actors",
        "/programs",
        "/policies",
        "/findings",
        "/evidence",
        "/search?q=x",
    ),
    *(f"/page/id/contoh/{thing}" for thing in THINGS),
    *("/page/scheme/ansell-gash/trust-building", "/page/scheme/ansell-gash", "/page/ontology"),
    *("/page/graph/contoh/hostile", "/map?study=contoh", "/network?study=contoh", "/queries"),
    *("/queries/program-profile", "/queries/element-ratings", "/queries/actors-and-roles"),
    *("/sparql?query=SELECT+*+WHERE+{?s+?p+?o}+LIMIT+9", "/submissions", "/account", "/links"),
    "/map?about=contoh/collaboration/bambu&about=contoh/program/pelatihan",
    *("/compare?study=contoh", "/qca", "/agreement", "/dataset", "/nothing-here"),
)
WIDE = """(() => [...document.querySelectorAll('body *')].filter(e =>
  e.getBoundingClientRect().right > 321 && !e.closest('nav, pre, svg, .unseen'))
  .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).slice(0, 5))()"""


@pytest.mark.parametrize("path", PAGES)
def test_no_label_runs_or_widens_a_page(chromium, hostile_site: str, path: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(320)
    chromium.open(f"{hostile_site}{path}{'&' if '?' in path else '?'}lang=id")
    assert chromium.read("document.title") != "broken"
    assert chromium.read("document.documentElement.scrollWidth") <= 320, chromium.read(WIDE)


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_whatever_the_labels_say(
    chromium, hostile_site: str, faults, path: str
) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390, "dark")
    chromium.open(f"{hostile_site}{path}{'&' if '?' in path else '?'}lang=en")
    assert faults() == []


def test_a_line_that_the_narrowest_phone_cuts_off_is_moved_by_keys(
    chromium, made_up_site: str, faults
) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(320)
    chromium.open(f"{made_up_site}/page/id/contoh/indicator/jumlah-sentra?lang=id")
    figure = "document.querySelector('figure.chart')"
    assert chromium.read(f"{figure}.scrollWidth > {figure}.clientWidth")
    assert faults() == []
