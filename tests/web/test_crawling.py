"""What search engines find: one address a page and language, and no more pages than there are."""

import html
import re
from urllib.parse import urlsplit

import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HEADS = re.compile(r'<(?:link rel="canonical" href|meta property="og:url" content)="([^"]*)"')
ROBOTS = '<meta name="robots" content="noindex, nofollow">'


def within(address: str) -> str:
    parts = urlsplit(address)
    assert parts.netloc == "localhost"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.mark.parametrize("path", ["/", "/findings", "/queries/indicators", "/page/scheme/deseve"])
def test_a_page_says_its_one_address_in_its_language(browser: FlaskClient, path: str) -> None:
    for query in ("?lang=en", "?lang=en&study=contoh", "?lang=en&rating=weak"):
        if path != "/findings" and query != "?lang=en":
            continue
        page = browser.get(path + query).text
        assert set(HEADS.findall(page)) == {f"http://localhost{path}?lang=en"}
        assert (ROBOTS in page) == (query != "?lang=en")
    assert 'hreflang="x-default" href="http://localhost' in page
    assert page.count('<meta name="description"') == 1


def test_every_address_of_the_sitemaps_is_the_canonical_one_of_its_page(
    browser: FlaskClient,
) -> None:
    assert "Sitemap: http://localhost/sitemap.xml" in browser.get("/robots.txt").text
    index = ElementTree.fromstring(browser.get("/sitemap.xml").text)
    seen = 0
    for sitemap in index.iter(f"{SITEMAP}loc"):
        found = ElementTree.fromstring(browser.get(within(str(sitemap.text))).text)
        addresses = [str(loc.text) for loc in found.iter(f"{SITEMAP}loc")]
        assert len(addresses) == len(set(addresses))
        for address in addresses[:: max(1, len(addresses) // 8)]:
            answer = browser.get(within(address))
            assert answer.status_code == 200, address
            assert html.unescape(HEADS.findall(answer.text)[0]) == address
            seen += 1
    assert seen > 25


@pytest.mark.parametrize("query", ["", "?lang=id", "?lang=en"])
def test_what_crawlers_may_not_read_they_may_not_in_any_language(
    browser: FlaskClient, query: str
) -> None:
    """Of the rules that match the longest counts (RFC 9309 §2.2.2)."""
    lines = browser.get("/robots.txt").text.splitlines()
    rules = [line.split(": ") for line in lines if line.partition(":")[0] in ("Allow", "Disallow")]

    def may(path: str) -> bool:
        fitting = [
            (len(rule), kind == "Allow")
            for kind, rule in rules
            if re.match(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"), path)
        ]
        return max(fitting, default=(0, True))[1]

    for path in ("/sparql", "/qca", "/account", "/submissions/magetan/findings", "/search"):
        assert not may(path + query), path
    for path in ("/", "/programs", "/page/id/magetan/study/magetan", "/queries/indicators"):
        assert may(path + query), path
    assert not may("/programs?place=x" + query.replace("?", "&"))


def test_made_up_studies_are_not_offered_beside_real_ones(magetan_browser: FlaskClient) -> None:
    text = magetan_browser.get("/sitemap/studies.xml").text
    assert text.count("<loc>") == 2  # in each language
    assert "/page/id/magetan/study/magetan" in text
    assert magetan_browser.get("/sitemap/nothing.xml").status_code == 404


def test_a_study_is_a_dataset_for_search_engines(magetan_browser: FlaskClient) -> None:
    page = magetan_browser.get("/page/id/magetan/study/magetan?lang=en").text
    assert 'itemtype="https://schema.org/Dataset"' in page
    assert '<link itemprop="license" href="https://creativecommons.org/licenses/by/4.0/">' in page
