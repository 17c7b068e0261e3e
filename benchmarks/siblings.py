"""How well crowded names are told apart: python benchmarks/siblings.py [things [seed]]

Names of businesses (synthetic) of few words that many share, some with a number (“1” and “2”), each
in a district; rows with one to two kinds of noise, a tenth of them in a wrong district and a third
without any; a quarter of the rows are of no business, most of their words being those of some.
Prints precision, recall and F1 of the best proposal, taken for right by the business itself and by
its name alone, for Rembug and for rapidfuzz's extractOne over folded names.
"""

import random
import re
import sys

from linking import Found, by_folded, by_rembug, judged

from rembug.linking.model import Row, Thing

_NAMES = (
    "Sekar Arum|Mekar Jaya|Sumber Rejeki|Tunas Harapan|Karya Mandiri|Sari Rasa|Jati Luhur|Lestari|"
    "Cahaya Muda|Barokah|Ngudi Rahayu|Sido Mukti|Truntum|Pring Sedapur|Maju Makmur|Bina Usaha|"
    "Surya Kencana|Candi Jaya|Purnama|Tulus Ati|Mulyo Joyo|Giri Lawu|Telaga Biru|Cipta Karsa|"
    "Jaya Abadi|Makaryo|Widodo|Gemilang"
)
_FIRST = _NAMES.split("|")
_HEADS = "UD|CV|Batik|KUBE|Toko|UD Batik|Sentra Batik|Keripik|Warung|Konveksi|Mebel"
_KINDS = _HEADS.split("|")
_OTHERS = ("Kencono", "Wilis", "Trisula", "Bahari", "Nusa", "Kusuma", "Perkasa", "Utomo")
_ENDS = ("rejo", "mulyo", "sari", "agung", "karang", "tirto", "bener", "wangi")
_DISTRICTS = [f"Jati{end}" for end in _ENDS]
_WRITTEN = (
    ("j", "dj"), ("J", "Dj"), ("u", "oe"), ("c", "tj"), ("C", "Tj"), ("y", "j"), ("UD", "U.D."),
    ("CV", "C.V."), ("KUBE", "Kelompok Usaha Bersama"), ("Toko", "Tk."), ("Sumber", "Sbr"),
    ("UD ", ""), (" ", "-"),
)  # fmt: skip


def made(count: int, seed: int) -> tuple[list[Thing], list[Row], dict[str, str]]:
    """Things, rows, and for the rows that are of a thing which one."""
    by = random.Random(seed)
    things: list[Thing] = []
    known: set[tuple[str, str]] = set()
    while len(things) < count:
        more = f" {by.choice(_FIRST).split()[0]}" if by.random() < 0.7 else ""
        name, district = f"{by.choice(_KINDS)} {by.choice(_FIRST)}{more}", by.choice(_DISTRICTS)
        for end in ("",) if by.random() < 0.85 else (" 1", " 2"):
            if (name + end, district) not in known:
                known.add((name + end, district))
                names, around = frozenset((name + end,)), frozenset((f"Kecamatan {district}",))
                iri = f"urn:x:{len(things)}"
                things.append(Thing(iri, name + end, names, "actor", frozenset(), around))
    rows, truth = [], {}
    for number in range(count):
        key, place = f"{number:07}", by.choice(_DISTRICTS)
        if by.random() < 0.25:
            name = f"{by.choice(_KINDS)} {by.choice(_FIRST)} {by.choice(_OTHERS)}"
        else:
            thing = by.choice(things)
            name, truth[key] = _noisy(thing.label, by), thing.iri
            if by.random() < 0.9:
                (place,) = thing.around
        place = "Kec. " + place.removeprefix("Kecamatan ")
        rows.append(Row(key, name, place if by.random() < 0.7 else ""))
    return things, rows, truth


def _noisy(name: str, by: random.Random) -> str:
    for _ in range(by.choice((0, 1, 1, 2))):
        kind, at = by.randrange(4), by.randrange(len(name) - 1)
        if kind == 0:
            name = re.sub(*by.choice(_WRITTEN), name, count=1)
        elif kind == 1:
            words = name.split()
            name = " ".join([*words[1:], words[0]])
        elif kind == 2:
            name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        else:
            name = name.upper() if by.random() < 0.5 else name[:at] + name[at + 1 :]
    return name


def main() -> None:
    """Print a line for each way."""
    count, seed = (int(told) for told in (sys.argv[1:] + ["2000", "5"][len(sys.argv) - 1 :])[:2])
    things, rows, truth = made(count, seed)
    names, selves = ({t.iri: told for t in things for told in [of(t)]} for of in (_label, _iri))
    found: Found
    for title, found in (("rembug", by_rembug(things, rows)), ("folded", by_folded(things, rows))):
        for what, told in (("by name", names), ("by business", selves)):
            precision, recall, f1, score = judged(found, truth, told)
            print(
                f"{title}, {what}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f} "
                f"from {score:.2f} on"
            )


def _label(thing: Thing) -> str:
    return thing.label


def _iri(thing: Thing) -> str:
    return thing.iri


if __name__ == "__main__":
    main()
