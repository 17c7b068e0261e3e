"""Search as somebody types, in a real browser."""

import pytest

FIELD = "document.querySelector('.find [name=q]')"
OPEN = "document.querySelector('.suggested')?.hidden === false"
CHOSEN = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"


def typed(browser, url: str, text: str) -> None:  # type: ignore[no-untyped-def]
    browser.open(url)
    browser.read(f"{FIELD}.focus()")
    browser.type(text)
    browser.wait_for(OPEN)


def test_what_is_typed_is_chosen_with_the_arrow_keys(chromium, site: str, faults) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(1280)
    typed(chromium, f"{site}/findings?lang=id", "dinas")
    assert faults() == []
    kinds = chromium.read(
        "[...document.querySelectorAll('.suggested .kind')].map(e => e.innerText)"
    )
    assert "Aktor" in kinds
    assert chromium.read(f"{FIELD}.getAttribute('aria-expanded')") == "true"
    chromium.press("ArrowDown")
    name = chromium.read(f"{CHOSEN}.innerText")
    assert name.startswith("Dinas")
    chromium.press("Enter")
    chromium.wait_for("location.pathname.includes('/actor/')")
    chromium.wait_for(f"document.querySelector('h1')?.innerText === {name!r}")
    assert chromium.read("document.documentElement.lang") == "id"
    assert chromium.complaints() == []


def test_the_last_entry_is_all_that_is_found_and_escape_closes_the_list(
    chromium, site: str
) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    typed(chromium, f"{site}/?lang=en", "sustainability")
    assert "Ready questions" in chromium.read("document.querySelector('.suggested').innerText")
    assert chromium.read("document.documentElement.scrollWidth") <= 390
    chromium.press("Escape")
    assert not chromium.read(OPEN)
    assert chromium.read(f"{FIELD}.value") == "sustainability"
    chromium.press("ArrowUp")
    chromium.wait_for(OPEN)
    chromium.press("ArrowUp")
    chromium.press("Enter")
    chromium.wait_for("location.pathname === '/search' && document.readyState === 'complete'")
    found = chromium.read("[...document.querySelectorAll('.hits h2')].map(e => e.id)")
    assert found[0] == "group-queries"
    assert "group-findings" in found


def test_no_name_runs_among_the_suggestions(chromium, hostile_site: str, faults) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(320)
    typed(chromium, f"{hostile_site}/?lang=en", "script")
    assert chromium.read("document.querySelectorAll('.suggested [role=option]').length") > 1
    assert (
        chromium.read("document.querySelectorAll('.suggested script, .suggested img').length") == 0
    )
    assert chromium.read("document.title") != "broken"
    assert chromium.read("document.documentElement.scrollWidth") <= 320
    assert faults() == []


@pytest.mark.usefixtures("without_scripts")
def test_without_scripts_the_field_is_a_form(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    chromium.open(f"{site}/?lang=id")
    assert chromium.read(f"{FIELD}.getAttribute('role')") is None
    chromium.click(".find [name=q]")
    chromium.type("komunikasi")
    chromium.press("Enter")
    chromium.wait_for("location.pathname === '/search' && document.readyState === 'complete'")
    assert "Komunikasi antaraktor belum maksimal." in chromium.read("document.body.innerText")
