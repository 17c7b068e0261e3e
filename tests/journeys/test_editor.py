"""The SPARQL editor in a real browser: it completes, tells faults at their place, and answers."""

import shutil
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from rembug.web import assets

QUERY = "PREFIX cg: <https://w3id.org/rembug/ontology#>\nSELECT * WHERE { ?program a cg:Program }"
TEXT = "document.querySelector('.CodeMirror').CodeMirror.getValue()"
HINTS = "[...document.querySelectorAll('.CodeMirror-hint')].map(e => e.innerText)"


@pytest.fixture
def editor(chromium, site: str, missing: Callable[[str], None]):  # type: ignore[no-untyped-def]
    """Opens the page with a query in the editor."""
    if not assets.asset("built/yasqe.min.js"):
        missing("the editor, which the build takes from npm (make setup)")

    def opened(query: str = "", lang: str = "en", width: int = 1440, scheme: str = "light") -> None:
        chromium.screen(width, scheme)
        chromium.open(f"{site}/sparql?lang={lang}" + (f"&query={quote(query)}" if query else ""))
        chromium.wait_for("document.querySelector('.CodeMirror')")

    return opened


def write(chromium, text: str) -> None:  # type: ignore[no-untyped-def]
    """Put a text in place of the one that the editor holds, and the cursor behind it."""
    chromium.read(
        "(e => { e.setValue(''); e.focus(); })(document.querySelector('.CodeMirror').CodeMirror)"
    )
    chromium.type(text)


def hints(chromium) -> list[str]:  # type: ignore[no-untyped-def]
    chromium.wait_for("document.querySelector('.CodeMirror-hint')")
    return list(chromium.read(HINTS))


@pytest.mark.parametrize(("lang", "typed"), [("en", "prog"), ("id", "temu")])
def test_a_class_is_completed_by_its_name_and_its_prefix_declared(
    chromium, editor, lang: str, typed: str
) -> None:  # type: ignore[no-untyped-def]
    editor(lang=lang)
    write(chromium, f"SELECT * WHERE {{ ?x a {typed}")
    first = hints(chromium)[0]
    assert first.startswith("cg:")
    chromium.press("Enter")
    text = chromium.read(TEXT)
    assert text.startswith("PREFIX cg: <https://w3id.org/rembug/ontology#>")
    assert first.split()[0] in text
    assert chromium.complaints() == []


def test_properties_that_a_class_must_have_come_first(chromium, editor) -> None:  # type: ignore[no-untyped-def]
    editor()
    write(chromium, "PREFIX cg: <https://w3id.org/rembug/ontology#> SELECT * { ?f a cg:Finding ; ")
    chromium.press("Space", control=True)
    found = hints(chromium)
    marks = [hint.endswith("required") for hint in found]
    assert marks == sorted(marks, reverse=True)
    assert any(marks)
    assert any(hint.startswith("cg:concerns") for hint in found if hint.endswith("required"))


def test_a_thing_of_the_data_is_completed_by_its_name(chromium, editor) -> None:  # type: ignore[no-untyped-def]
    editor()
    write(chromium, "PREFIX cg: <https://w3id.org/rembug/ontology#> SELECT * { ?f cg:about progr")
    chromium.wait_for(f"{HINTS}.some(e => e.endsWith('in the data'))")
    chromium.press("Enter")
    assert "<https://w3id.org/rembug/id/magetan/" in chromium.read(TEXT)


def test_an_answer_comes_on_the_same_page_and_has_a_link(chromium, editor, site: str) -> None:  # type: ignore[no-untyped-def]
    editor()
    chromium.read("window.stayed = true")
    write(chromium, QUERY)
    chromium.press("Enter", control=True)
    chromium.wait_for("document.querySelector('#answer tbody tr')")
    assert chromium.read("window.stayed")
    assert chromium.read("document.querySelector('#status').innerText") == "1 row"
    chromium.open(chromium.read("location.href"))
    assert chromium.read("document.querySelector('#answer tbody tr').innerText")
    assert chromium.read(TEXT).replace("\r", "") == QUERY
    assert chromium.complaints() == []
    loaded = chromium.read("performance.getEntriesByType('resource').map(e => e.name)")
    assert all(name.startswith(site) for name in loaded)


def test_a_fault_is_marked_at_its_place(chromium, editor) -> None:  # type: ignore[no-untyped-def]
    editor()
    write(chromium, "SELECT * WHERE {\n ?s ?p }")
    chromium.press("Enter", control=True)
    chromium.wait_for("document.querySelector('.CodeMirror .wrong')")
    assert "line 2" in chromium.read("document.querySelector('#answer').innerText")
    assert chromium.read("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == 1


def test_tab_leads_into_the_editor_and_out_of_it(chromium, editor) -> None:  # type: ignore[no-untyped-def]
    editor(QUERY)
    chromium.read("document.querySelector('.CodeMirror').CodeMirror.focus()")
    chromium.press("Tab")
    assert chromium.read("document.activeElement.id") == "format"


def test_hostile_labels_are_text(chromium, editor) -> None:  # type: ignore[no-untyped-def]
    editor()
    label = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>" + "ا" + "x" * 10_000
    write(chromium, "")
    chromium.read(
        "document.querySelector('.CodeMirror').CodeMirror.setValue("
        f"'SELECT * {{ VALUES ?label {{ \"{label}\" }} }}')"
    )
    chromium.press("Enter", control=True)
    chromium.wait_for("document.querySelector('#answer tbody tr')")
    assert chromium.read("document.querySelector('#answer tbody td').innerText").startswith("<img")
    assert chromium.read("window.hurt === undefined")
    assert chromium.read("document.documentElement.scrollWidth") <= 1440
    assert chromium.complaints() == []


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_axe_finds_nothing(chromium, editor, faults, lang: str, width: int, scheme: str) -> None:  # type: ignore[no-untyped-def]
    for query in ("", QUERY, "SELECT * WHERE { ?s ?p", QUERY.replace("Program", "Progam")):
        editor(query, lang, width, scheme)
        assert faults() == []
        assert chromium.read("document.documentElement.scrollWidth") <= width


@pytest.fixture
def plain(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """As where the build could not reach npm."""
    here = assets.FOLDER
    for file in here.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    yield


def test_without_the_build_the_form_is_plain(chromium, site: str, plain: None) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(1440)
    chromium.open(f"{site}/sparql?lang=en&query={quote(QUERY)}%20LIMIT%203")  # nobody asked it
    assert not chromium.read("!!document.querySelector('script[src*=editor], script[src*=built]')")
    assert chromium.read("document.querySelector('textarea').offsetHeight") > 100
    chromium.follow("main form button")
    assert chromium.read("document.querySelectorAll('tbody tr').length") == 1
    chromium.read("document.querySelector('textarea').value = 'SELECT * WHERE { ?s ?p }'")
    assert chromium.complaints() == []
    chromium.follow("main form button")
    assert "line 1" in chromium.read("document.querySelector('main').innerText")


def test_without_scripts_the_form_is_plain(chromium, site: str) -> None:  # type: ignore[no-untyped-def]
    chromium.screen(390)
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.call("Page.navigate", url=f"{site}/sparql?lang=en&query={quote(QUERY)}")
        chromium.call("DOM.enable")
        found = chromium.call("DOM.getDocument", depth=-1)
        assert "CodeMirror" not in str(found)
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
