"""What a person does with the shipped study, in a real browser."""

import base64
import re

import pytest

PATHS = [
    "/",
    "/queries",
    "/queries/programs-lacking-sustainability-evidence",
    "/queries/element-ratings",
    "/queries/weak-communication",
    "/findings",
    "/sparql?query=SELECT+*+WHERE+{?s+?p+?o}+LIMIT+5",
    "/page/id/magetan/finding/sustainability-neglected",
    "/page/id/magetan/evidence/shortcomings",
    "/page/id/magetan/program/empowerment",
    "/page/id/magetan/indicator/batik-centres",
    "/page/scheme/ansell-gash/outcomes",
    "/page/id/magetan/study/magetan",
    "/map",
    "/map?framework=deseve",
    "/compare",
    "/network",
    "/page/ontology",
    "/ontology/guide",
    "/nothing-here",
]
# Contrast of every text with the ground it stands on (WCAG 2.2, 1.4.3).
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c;
    canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const f = x => (x /= 255) <= .03928 ? x / 12.92
    : ((x + .055) / 1.055) ** 2.4; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; }
    return [255, 255, 255]; };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), poor = [];
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
    if (!text || e.closest('title, option') || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const ink = light(rgba(e.closest('svg') ? style.fill : style.color)), back = light(ground(e));
    const ratio = (Math.max(ink, back) + .05) / (Math.min(ink, back) + .05);
    if (ratio < 4.5) poor.push(text.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return poor;
})()"""


def test_from_the_question_to_the_passage_and_the_file(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(1280)
    chromium.open(f"{site}/?lang=id")
    assert "Program mana yang belum memiliki bukti keberlanjutan?" in text(chromium)
    chromium.follow(".question .button")
    assert "melemahkan" in text(chromium)
    chromium.follow("tbody a[href*='/program/']")
    assert "Temuan dan buktinya" in text(chromium)
    chromium.follow(".trace a[href*='/finding/sustainability-neglected']")
    assert re.search(r"paragraf 3, kalimat 3", text(chromium))
    chromium.follow("main a[href*='/graph/magetan/']")
    assert "findings.ttl" in text(chromium)
    assert chromium.read("document.documentElement.lang") == "id"


def test_the_other_language_is_one_click_away_and_stays(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.open(f"{site}/programs?lang=id")
    chromium.follow("a[hreflang=en]")
    assert chromium.read("document.querySelector('h1').innerText") == "Programs"
    chromium.follow("header nav a[href^='/findings']")
    assert chromium.read("document.documentElement.lang") == "en"


def test_a_question_is_asked_by_its_form(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.open(f"{site}/queries/element-ratings?lang=en")
    chromium.read("document.querySelector('#p-framework').value = 'deseve'")
    chromium.follow("main form button")
    assert "framework=deseve" in chromium.read("location.search")
    assert "information sharing" in text(chromium)


def test_an_element_of_the_map_leads_to_its_findings(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    chromium.open(f"{site}/page/id/magetan/study/magetan?lang=id")
    assert "Apa yang masih kurang" in text(chromium)
    outcomes = ".stack a[href*=outcomes]:not([href*=intermediate])"
    chromium.read(f"document.querySelector('{outcomes}').focus()")
    target = chromium.read("document.activeElement.getAttribute('href')")
    chromium.open(f"{site}{target}")
    assert "Dampak program yang telah dibentuk kurang diperhatikan." in text(chromium)
    assert chromium.read("document.documentElement.lang") == "id"


def test_a_question_shows_its_answer_on_the_first_screen_of_a_phone(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    chromium.open(f"{site}/queries/programs-lacking-sustainability-evidence?lang=id")
    top = "document.querySelector('.count').getBoundingClientRect().top"
    assert chromium.read(top) < 600


def test_the_printed_page_has_neither_forms_nor_sparql(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.open(f"{site}/queries/element-ratings?lang=id")
    chromium.call("Emulation.setEmulatedMedia", media="print")
    shown = "[...document.querySelectorAll('form, pre, header nav')].some(e => e.offsetHeight)"
    assert not chromium.read(shown)
    assert "dialog tatap muka" in text(chromium)
    chromium.call("Emulation.setEmulatedMedia", media="")
    assert chromium.read(shown)


@pytest.mark.parametrize(
    "path",
    ["/queries/programs-lacking-sustainability-evidence", "/findings", "/map", "/network"],
)
def test_nothing_is_cut_off_at_the_edge_of_a_sheet(chromium, site: str, path: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(688)  # A4 between its margins
    chromium.open(f"{site}{path}?lang=id")
    chromium.call("Emulation.setEmulatedMedia", media="print")
    wide, forms = (
        "document.documentElement.scrollWidth",
        "[...document.querySelectorAll('form')].some(form => form.offsetHeight)",
    )
    assert chromium.read(wide) <= 688
    assert not chromium.read(forms)
    chromium.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/page/id/magetan/study/magetan",
        "/page/id/magetan/program/empowerment",
        "/map?framework=deseve",
        "/page/id/magetan/study/magetan?view=meeting",
        "/page/id/contoh/study/contoh",
        "/page/id/contoh/program/pelatihan",
    ],
)
def test_what_is_handed_out_in_a_meeting_prints_on_two_sides(
    chromium,  # type: ignore[no-untyped-def]
    site: str,
    made_up_site: str,
    path: str,
    lang: str,
) -> None:
    host = made_up_site if "contoh" in path else site
    chromium.open(f"{host}{path}{'&' if '?' in path else '?'}lang={lang}")
    printed = chromium.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)  # A4, in inches
    sides = re.findall(rb"/Count (\d+)", base64.b64decode(printed["data"]))
    assert sides
    assert 1 <= int(sides[0]) <= 2


@pytest.mark.parametrize("width", [390, 1440])
def test_an_official_shows_a_study_in_a_meeting(chromium, site: str, faults, width: int) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(width, height=900)
    chromium.open(f"{site}/page/id/magetan/study/magetan?lang=id")
    usual = chromium.read("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
    assert chromium.read("document.querySelector('.for-meeting button').textContent") == (
        "cetak dari peramban"
    )
    chromium.follow(".for-meeting a")
    size = chromium.read("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
    assert size > 1.3 * usual if width > 1000 else size == usual
    assert not chromium.read("document.querySelector('header.site').offsetHeight")
    seen = "document.documentElement.scrollWidth <= innerWidth"
    assert chromium.read(seen)
    assert not faults()
    chromium.follow(".leave a")
    assert chromium.read("document.querySelector('header.site').offsetHeight")


def test_the_first_tab_skips_to_the_content(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(1280)
    chromium.open(f"{site}/?lang=en")
    chromium.press("Tab")
    assert chromium.read("document.activeElement.className") == "skip"
    assert chromium.read("document.activeElement.getBoundingClientRect().top") >= 0
    chromium.press("Enter")
    assert chromium.read("location.hash") == "#main"


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_never_scrolls_sideways(chromium, site: str, path: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    for lang in ("id", "en"):
        chromium.open(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
        assert chromium.read("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(chromium, site: str, path: str, scheme: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(1280, scheme)
    chromium.open(f"{site}{path}")
    assert chromium.read(CONTRAST) == []
    dark = chromium.read("getComputedStyle(document.body).backgroundColor") != "rgb(251, 248, 241)"
    assert dark is (scheme == "dark")


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_blocked(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.open(f"{site}/queries/weak-communication")
    loaded = chromium.read("performance.getEntriesByType('resource').map(e => e.name)")
    assert loaded
    assert all(name.startswith(site) for name in loaded)
    assert chromium.read("document.styleSheets.length") == 1


def text(browser) -> str:  # type: ignore[no-untyped-def]
    found: str = browser.read("document.body.innerText")
    return found


@pytest.mark.parametrize("path", ["/", "/page/id/magetan/study/magetan"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_way_out_of_a_meeting_is_in_sight_when_the_page_opens(
    chromium,  # type: ignore[no-untyped-def]
    site: str,
    path: str,
    width: int,
) -> None:
    chromium.screen(width, height=900)
    chromium.open(f"{site}{path}?view=meeting&lang=id")
    assert chromium.read("document.querySelector('.leave a').getBoundingClientRect().top") >= 0
