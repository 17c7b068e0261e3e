"""An answer is drawn as far as its columns allow, and never so that it says more than they do."""

from rembug.catalogue import Chart
from rembug.graph import Rows, Term
from rembug.web.charts import chart, fitting, with_moments

XSD = "http://www.w3.org/2001/XMLSchema#"
ID = "https://w3id.org/rembug/id/magetan/"


def rows(*names: str, of: list[tuple[object, ...]]) -> Rows:
    def term(value: object) -> Term:
        if isinstance(value, int | float):
            kind = "integer" if isinstance(value, int) else "decimal"
            return Term("literal", str(value), None, XSD + kind)
        return Term("uri" if "://" in str(value) else "literal", str(value))

    found = [{name: term(v) for name, v in zip(names, row, strict=True)} for row in of]
    return Rows(names, found)


def kinds(found: Rows) -> list[str]:
    return [drawing.kind for drawing in fitting(found)]


def test_a_number_of_each_thing_is_bars_with_the_names_of_the_things() -> None:
    (bars,) = fitting(rows("p", "pLabel", "n", of=[(ID + "a", "A", 3), (ID + "b", "B", 4)]))
    assert [(mark.text, mark.number) for mark in bars.marks] == [("A", "3"), ("B", "4")]


def test_things_that_stand_in_several_rows_are_no_bars() -> None:
    assert kinds(rows("name", "n", of=[("A", 3), ("A", 4)])) == []
    assert kinds(rows("name", "n", of=[("A", -3), ("B", 4)])) == []


def test_years_are_not_joined_by_a_line_that_nobody_asked_for() -> None:
    assert "line" not in kinds(rows("place", "year", "n", of=[("A", 2021, 3), ("B", 2022, 4)]))


def test_two_things_in_each_row_are_a_network() -> None:
    (network,) = fitting(rows("a", "b", of=[(ID + "x", ID + "y"), (ID + "y", ID + "z")]))
    assert sorted(mark.text for mark in network.marks) == ["x", "y", "z"]
    assert len(network.paths) == 2


def test_coordinates_are_a_map_with_north_above() -> None:
    (drawn,) = fitting(rows("name", "lat", "long", of=[("N", -7.5, 111.0), ("S", -7.9, 111.4)]))
    assert drawn.kind == "map"
    north, south = drawn.marks
    assert north.y < south.y
    assert north.x < south.x
    assert kinds(rows("name", "lat", "long", of=[("N", 95.0, 11.0)])) == []


def test_what_is_empty_or_unbound_is_not_drawn() -> None:
    assert kinds(rows("a", of=[])) == []
    assert kinds(Rows(("a", "n"), [{}, {}])) == []


def test_bars_of_one_thing_stand_together() -> None:
    found = rows("e", "s", "n", of=[("A", "x", 1), ("B", "x", 2), ("A", "y", 3), ("B", "y", 4)])
    drawing = chart(Chart("bar", "e", "n", "s", (1, 5)), found)
    assert drawing
    assert [(mark.text, mark.series) for mark in drawing.marks] == [
        ("A", 0), ("A", 1), ("B", 0), ("B", 1),
    ]  # fmt: skip


def test_zeros_are_left_to_the_table_and_counted() -> None:
    found = rows("e", "n", of=[("A", 0), ("B", 2), ("C", 0)])
    drawing = chart(Chart("bar", "e", "n"), found)
    assert drawing
    assert [mark.text for mark in drawing.marks] == ["B"]
    assert drawing.zeros == 2
    nothing = chart(Chart("bar", "e", "n"), rows("e", "n", of=[("A", 0)]))
    assert nothing
    assert nothing.zeros == 0


def test_what_happened_stands_where_its_date_lies_between_the_years() -> None:
    figures = rows("year", "n", of=[("2018", 5), ("2023", 52)])
    drawn = chart(Chart("line", x="year", y="n"), figures)
    assert drawn is not None
    first, last = (tick.x for tick in drawn.ticks)
    dates = ("2018", "2020-07", "2023-01-01", "2017", "2024-05", "no date")
    marked = with_moments(drawn, [(date, date) for date in dates])
    moments = marked.moments
    assert min(mark.y for mark in marked.marks) - 9 - 12 >= max(one.y for one in moments) - 8
    assert {spot.y for spot in marked.ticks} == {marked.height - 36}
    assert [moment.text for moment in moments] == ["2018", "2020-07", "2023-01-01"]
    assert [moment.x for moment in moments] == [first, (first + last) / 2, last]
    bars = chart(Chart("bar", x="year", y="n"), figures)
    assert bars is not None
    assert with_moments(bars, [("2020", "x")]).moments == ()


def test_figures_of_several_kinds_have_a_scale_each() -> None:
    of = [("Centres", "A", 2020, 2), ("Centres", "A", 2022, 5), ("Firms", "B", 2022, 150)]
    found = rows("kind", "place", "year", "n", of=of)
    drawn = chart(Chart("line", "year", "n", "kind place"), found)
    assert drawn is not None
    centres, firms = drawn.scales
    assert (centres.text, firms.text) == ("Centres", "Firms")
    highest = {mark.number: mark.y for mark in drawn.marks}
    assert centres.y - highest["5"] == firms.y - highest["150"] > 0
    assert highest["150"] > centres.y


def test_dates_below_a_line_do_not_overlap() -> None:
    days = [f"2022-{month:02}-01" for month in range(1, 13)]
    drawn = chart(Chart("line", "day", "n"), rows("day", "n", of=[(day, 1) for day in days]))
    assert drawn is not None
    assert len(drawn.marks) == len(days)
    told = [tick.text for tick in drawn.ticks]
    assert (told[0], told[-1]) == (days[0], days[-1])
    assert 2 < len(told) < len(days) / 2
    years = chart(Chart("line", "y", "n"), rows("y", "n", of=[(y, 1) for y in range(2018, 2024)]))
    assert years is not None
    assert len(years.ticks) == 6


def test_a_network_leaves_room_for_the_names_beside_its_nodes() -> None:
    found = rows("a", "b", of=[("Lambung Roso", f"Lain {n}") for n in range(9)])
    drawing = chart(Chart("network", "a", "b"), found)
    assert drawing
    for mark in drawing.marks:
        assert 13 + 7.5 * 14 <= mark.x <= drawing.width - 13 - 7.5 * 14  # of letters 13 high
