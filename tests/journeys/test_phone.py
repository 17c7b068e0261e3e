"""What an official sees on a phone, in a real browser."""

import pytest

STUDY = "/page/id/magetan/study/magetan"


@pytest.mark.parametrize("path", ["/", STUDY])
def test_one_screen_says_what_is_known_how_well_what_is_missing_new_and_how_to_cite(
    chromium,  # type: ignore[no-untyped-def]
    site: str,
    path: str,
) -> None:
    chromium.screen(390, height=844)
    chromium.open(f"{site}{path}?lang=id")
    said = chromium.read("document.querySelector('.glance').innerText")
    for heading in ("Yang diketahui", "Seberapa kuat buktinya", "Apa yang masih kurang"):
        assert heading in said
    assert "1 dari 1 program belum terbukti berkelanjutan" in said
    assert "Perubahan terakhir" in said
    chromium.follow(".glance a[href$='#cite']") if path == "/" else chromium.click(
        ".glance a[href='#cite']"
    )
    assert chromium.read("location.hash") == "#cite"
    chromium.open(f"{site}{path}?lang=id")
    assert chromium.read("document.querySelector('.glance').getBoundingClientRect().bottom") <= 844


@pytest.mark.usefixtures("without_scripts")
@pytest.mark.parametrize("width", [320, 390])
def test_the_menu_opens_without_scripts_and_leads_on(chromium, site: str, width: int) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(width)
    chromium.open(f"{site}/?lang=id")
    entry = "document.querySelector('.menu a[href^=\"/findings\"]')"
    assert not chromium.read(f"{entry}.checkVisibility()")
    chromium.click(".menu summary")
    chromium.wait_for(f"{entry}.checkVisibility()")
    assert chromium.read("document.documentElement.scrollWidth") <= width
    assert chromium.read(f"{entry}.getBoundingClientRect().height") >= 44
    chromium.click(".menu a[href^='/findings']")
    chromium.wait_for("location.pathname === '/findings' && document.readyState === 'complete'")


@pytest.mark.usefixtures("without_scripts")
@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("width", [1100, 1440])
def test_the_menu_of_a_desk_is_one_row_and_the_rest_opens(  # type: ignore[no-untyped-def]
    chromium, site: str, width: int, lang: str
) -> None:
    chromium.screen(width)
    chromium.open(f"{site}/?lang={lang}")
    rows = "new Set([...document.querySelectorAll('.menu > ul > li')].map(e => e.offsetTop)).size"
    assert chromium.read(rows) == 1
    entry = "document.querySelector('.menu a[href^=\"/sparql\"]')"
    assert not chromium.read(f"{entry}.checkVisibility()")
    chromium.click(".menu .more summary")
    chromium.wait_for(f"{entry}.checkVisibility()")
    assert chromium.read(f"{entry}.getBoundingClientRect().right") < width
    chromium.click(".menu a[href^='/sparql']")
    chromium.wait_for("location.pathname === '/sparql' && document.readyState === 'complete'")


def test_a_desk_has_the_menu_open_at_all_times(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(1280)
    chromium.open(f"{site}/?lang=en")
    assert not chromium.read("document.querySelector('.menu summary').checkVisibility()")
    entries = chromium.read("[...document.querySelectorAll('.menu a')].map(a => a.pathname)")
    assert {"/map", "/network", "/compare"} <= set(entries)
    for _ in range(
        7
    ):  # skip link, brand, search and its button, account, language, the first entry
        chromium.press("Tab")
    assert chromium.read("document.activeElement.innerText") == "Questions"
