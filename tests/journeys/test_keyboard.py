"""A finding and its evidence are reached by keys alone, and one always sees where one is."""

import pytest

STOPS = 90
FOCUSED = """(() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const shape = e.closest('svg') && e.querySelector('rect');
  const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    || shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 4;
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth;
  return [e.matches(SELECTOR), marked && seen, e.outerHTML.slice(0, 120)];
})()"""


def tab_to(browser, selector: str) -> None:  # type: ignore[no-untyped-def]
    """Press Tab until something is focused that a selector finds; each stop must be seen."""
    for _ in range(STOPS):
        browser.press("Tab")
        there, seen, what = browser.read(FOCUSED.replace("SELECTOR", repr(selector)))
        assert seen, f"the focus is not seen on {what}"
        if there:
            return
    raise AssertionError(f"{STOPS} stops, and none is {selector}")


def enter(browser, path: str) -> None:  # type: ignore[no-untyped-def]
    browser.press("Enter")
    browser.wait_for(f"location.pathname.includes({path!r}) && document.readyState === 'complete'")


def closed_by_escape(browser, details: str) -> None:  # type: ignore[no-untyped-def]
    """Escape closes what is open, and one is where one opened it."""
    chosen = f"document.querySelector({details!r})"
    assert browser.read(f"{chosen}.open")
    browser.press("Escape")
    assert not browser.read(f"{chosen}.open")
    assert browser.read(f"document.activeElement === {chosen}.querySelector('summary')")


@pytest.mark.parametrize(("width", "lang"), [(390, "id"), (1280, "en")])
def test_from_the_first_page_to_the_evidence(chromium, site: str, width: int, lang: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(width)
    chromium.open(f"{site}/?lang={lang}")
    tab_to(chromium, ".skip")
    chromium.press("Enter")
    assert chromium.read("location.hash") == "#main"
    tab_to(chromium, "main a[href*='/study/magetan']:not([href*='#'])")
    enter(chromium, "/study/magetan")
    tab_to(chromium, "main a[href*='/finding/sustainability-neglected']")
    enter(chromium, "/finding/sustainability-neglected")
    tab_to(chromium, "main a[href*='/evidence/shortcomings']")
    enter(chromium, "/evidence/shortcomings")
    assert chromium.read("document.documentElement.lang") == lang
    assert chromium.complaints() == []


def test_the_menu_of_a_phone_opens_by_the_keyboard(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    chromium.open(f"{site}/?lang=id")
    tab_to(chromium, ".menu summary")
    chromium.press("Enter")
    tab_to(chromium, ".menu a[href^='/findings']")
    closed_by_escape(chromium, ".menu")
    chromium.press("Enter")
    tab_to(chromium, ".menu a[href^='/findings']")
    enter(chromium, "/findings")
    tab_to(chromium, ".facets summary")
    chromium.press("Enter")
    tab_to(chromium, ".facets li a")
    closed_by_escape(chromium, ".facets details")
