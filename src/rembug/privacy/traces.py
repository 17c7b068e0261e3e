"""Numbers, addresses and accounts by which a person can be found, wherever a text has them.

What a number is follows from its digits and the words before it: sixteen digits are a national
identity number (NIK), fifteen in the form 99.999.999.9-999.999 a tax number (NPWP), eighteen that
begin with a birth date a civil servant's (NIP), seven behind a letter a passport's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from rembug.privacy.plain import plain

Kind = Literal[
    "name",
    "known name",
    "phone",
    "e-mail",
    "address",
    "identity number",
    "account number",
    "handle",
    "birth date",
]

INDONESIAN: Final[Mapping[Kind, str]] = {
    "name": "nama",
    "known name": "nama yang dikenal",
    "phone": "nomor telepon",
    "e-mail": "alamat surel",
    "address": "alamat",
    "identity number": "nomor identitas",
    "account number": "nomor rekening",
    "handle": "nama akun atau profil",
    "birth date": "tanggal lahir",
}
_CAPITAL: Final = r"[A-Z][a-z'’]++"
_HOUSE: Final = r"(?:,?\s+(?:[Nn]o\b\.?|[Nn]omor|[Nn]umber)\s*\d+\w?)?"
_NO_STREET: Final = r"(?!(?:Tol|Nasional|Provinsi|Kabupaten|Lingkar|Tengah|Desa)\b)"
_SITES: Final = r"(?:instagram|facebook|fb|tiktok|twitter|linkedin|youtube|wa|t|x)"
_DOT: Final = r"(?:\s(?:dot|titik)\s|\s?[(\[{](?:dot|titik|\.)[)\]}]\s?)"
_PATTERNS: Final[Sequence[tuple[Kind, re.Pattern[str]]]] = (
    ("e-mail", re.compile(r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)++")),
    (
        "e-mail",
        re.compile(
            r"(?<![\w.+-])[\w.+-]++\s?[(\[{](?:at|et)[)\]}]\s?"
            rf"[\w-]++(?:(?:\.|{_DOT})[\w-]++)++",
            re.IGNORECASE,
        ),
    ),
    (
        "e-mail",
        re.compile(
            rf"(?<![\w.+-])[\w.+-]++(?:@|\s(?:at|et)\s)[\w-]++(?:{_DOT}[\w-]++)++", re.IGNORECASE
        ),
    ),
    (
        "handle",
        re.compile(rf"(?<![\w.]){_SITES}\.(?:com|me)/(?:in/)?[\w.@+-]{{2,60}}", re.IGNORECASE),
    ),
    ("handle", re.compile(r"(?<![\w.@/])@(?!Rp\.?\s?\d)[A-Za-z_][\w.]{2,40}(?<!\.)(?![\w@])")),
    (
        "handle",
        re.compile(
            r"\b(?:instagram|facebook|tiktok|twitter|telegram|youtube|ig|fb)(?:-nya)?\s?:\s?"
            rf"(?:{_CAPITAL}(?: {_CAPITAL}){{0,3}}|[\w.]{{3,40}})",
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        re.compile(
            rf"\b(?:Jl|Jln|Jalan|Gg|Gang)\b\.?\s+{_NO_STREET}{_CAPITAL}"
            rf"(?:\s+(?!No\b|Nomor\b){_CAPITAL})*(?:\s+[IVX]{{1,4}}\b)?(?:\s+\d{{1,3}}\b)?{_HOUSE}"
        ),
    ),
    (
        "address",
        re.compile(rf"\b\d{{1,4}}[A-Z]?\s(?:{_CAPITAL}\s){{1,3}}(?:Street|Road|Lane|Alley)\b"),
    ),
    ("address", re.compile(r"\bR[TW]\b\.?\s*\d{1,3}(?:\s*/?\s*(?:RW\b\.?\s*)?\d{1,3})?")),
    (
        "address",
        re.compile(
            rf"\b(?:Dusun|Dsn|Dukuh|Dk|Perum|Perumahan)\b\.?\s{_CAPITAL}(?:\s{_CAPITAL}){{0,2}}"
        ),
    ),
    ("address", re.compile(r"\b[Bb]lok\s[A-Z]{1,2}\s?-?\d{1,3}\b(?:\s+[Nn]o\b\.?\s*\d+)?")),
    # Passports, and plates of motor vehicles; RT and RW are of addresses, and 2014 is a year.
    ("identity number", re.compile(r"(?<![\w-])[A-Z]\s?\d{7}(?![\w-]|[.,]\d)")),
    (
        "identity number",
        re.compile(
            r"(?<![\w-])(?!R[TW]\b)[A-Z]{1,2}[ -](?!(?:19|20)\d\d\b)\d{3,4}[ -][A-Z]{2,3}(?![\w-])"
        ),
    ),
    (
        "birth date",
        re.compile(
            r"\b(?:lahir|kelahiran|born)\b[^.\n\d]{0,40}"
            r"\d{1,2}(?:st|nd|rd|th)?[ ./-](?:of )?(?:[A-Za-z]{3,9}|\d{1,2})[ ./-]\d{4}",
            re.IGNORECASE,
        ),
    ),
    (
        "birth date",
        re.compile(r"\bborn\b[^.\n\d]{0,40}[A-Z][a-z]{2,8} \d{1,2},? \d{4}", re.IGNORECASE),
    ),
)
_DIGIT: Final = (
    r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|"
    r"zero|oh|one|two|three|four|five|six|seven|eight|nine|\d{1,4})"
)
_SPOKEN: Final = re.compile(
    rf"\b(?:nol|kosong|zero|oh)(?:[ ,-]{{1,2}}{_DIGIT}\b){{4,14}}", re.IGNORECASE
)
_SCHEMES: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("mailto", "sip", "sips", "xmpp", "acct", "im"), "e-mail"),
    **dict.fromkeys(("tel", "sms", "callto", "whatsapp"), "phone"),
    **dict.fromkeys(("urn:nik", "urn:ktp", "urn:npwp", "urn:nip", "urn:kk"), "identity number"),
}
_SCHEME: Final = re.compile(rf"({'|'.join(_SCHEMES)}):", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<![\d.,])[+(]?\d(?:[ .()-]{0,3}\d)*+")
_BEFORE: Final = 32  # characters before a number that say what it is
_MONEY: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
_YEARS: Final = re.compile(r"(?:19|20)\d\d-(?:19|20)\d\d")
_LANDLINE: Final = re.compile(r"\(?0[2-9]\d{1,2}[ .)-]{1,2}\d[\d -]{3,8}\d")
# Province, regency and district, then the day of birth (of women 40 more), month and year.
_NIK: Final = re.compile(r"[1-9]\d{5}(?:[04][1-9]|[1256]\d|[37][01])(?:0[1-9]|1[0-2])\d{6}")
_MOST_DIGITS: Final = 20  # of a number of a person
_NPWP: Final = re.compile(r"\d\d\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}")
_NIP: Final = re.compile(r"(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d(?:19|20)\d{4}[12]\d{3}")
_NUMBERED: Final = re.compile(
    r"\b(?:nik|ktp|kk|nip|nuptk|nisn|npwp|sim|paspor|passport|bpjs|national id|tax number)\b"
)
_CALLED: Final = re.compile(
    r"\b(?:telp|tlp|telepon\w*|telpon\w*|hp|wa|whatsapp|ponsel\w*|phone|mobile|call|tel|hubungi)\b"
)
_ACCOUNT: Final = re.compile(
    r"\b(?:rekening\w*|rek|norek|account|acc|bri|bca|bni|btn|bsi|mandiri|bank [a-z]{2,12})\b"
)
_OTHER_NUMBER: Final = re.compile(
    r"\b(?:isbn|issn|doi|rp|idr|kode rekening|budget|kode|anggaran|pasal|undang-undang)\b"
)


def traces(text: str) -> Iterator[tuple[Kind, int, int]]:
    """What a person can be found by in a text: its kind, and from and to which character."""
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            yield kind, found.start(), found.end()
    for found in _SPOKEN.finditer(text):
        yield "phone", found.start(), found.end()
    for found in _DIGITS.finditer(text):
        before = text[max(0, found.start() - _BEFORE) : found.start()].lower()
        if (numbered := _number(found[0], before)) is not None:
            yield numbered, found.start(), found.end()


def of_number(written: str) -> Iterator[tuple[Kind, str]]:
    """What a number by itself is, such as an `xsd:integer`, in which leading zeros are lost.

    Amounts are round; so a number with three zeros at its end is none of a person.
    """
    digits = _whole(written)
    if digits.endswith("000") or not digits:
        return
    kind = _number(digits, "")
    if kind is None and digits.startswith("8") and 9 <= len(digits) <= 12:
        kind = _number(f"0{digits}", "")
    if kind is not None:
        yield kind, written


def of_iri(iri: str) -> Iterator[tuple[Kind, str]]:
    """What a person can be found by in an IRI: the whole by its scheme, or what stands in it."""
    if (scheme := _SCHEME.match(iri)) is not None:
        yield _SCHEMES[scheme[1].lower()], iri
        return
    read, until = plain(iri, iri=True), -1
    for kind, start, end in sorted(traces(read.text), key=lambda span: (span[1], -span[2])):
        if end > until:
            yield kind, read.original(start, end)
            until = end


def of_slug(words: str) -> Iterator[tuple[Kind, int, int]]:
    """What a person can be found by in a part of an IRI of ours, whose hyphens are blanks here.

    Such parts have digests, too: digits count as words of their own alone.
    """
    for found in _DIGITS.finditer(words):
        before, after = words[: found.start()][-1:], words[found.end() :][:1]
        if before.isalnum() or after.isalnum():
            continue
        digits = "".join(filter(str.isdigit, found[0]))
        if _is_phone(digits, digits):
            yield "phone", found.start(), found.end()
        elif _NIK.fullmatch(digits):
            yield "identity number", found.start(), found.end()


def _whole(written: str) -> str:
    """The digits of a whole number, however it is written; empty of another."""
    try:
        number = Decimal(written)
    except InvalidOperation:
        return ""
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS or number != int(number):
        return ""
    return str(abs(int(number)))


def _number(written: str, before: str) -> Kind | None:
    """What a number is; None if no person's."""
    digits = "".join(filter(str.isdigit, written))
    if len(digits) < 6 or _YEARS.fullmatch(written):
        return None
    if _MONEY.fullmatch(written) and not digits.startswith("0"):
        return None
    if _last(_OTHER_NUMBER, before) > max(
        _last(_NUMBERED, before), _last(_CALLED, before), _last(_ACCOUNT, before)
    ) or (_last(_OTHER_NUMBER, before) >= 0 and "kode rekening" in before):
        return None
    if len(digits) == 16 or _NPWP.fullmatch(written) or _NIP.fullmatch(digits):
        named = _last(_ACCOUNT, before) <= _last(_NUMBERED, before)
        return "identity number" if named else "account number"
    if _last(_NUMBERED, before) >= 0 and len(digits) <= 20:
        return "identity number"
    if _is_phone(written, digits) or (_last(_CALLED, before) >= 0 and len(digits) <= 14):
        return "account number" if _last(_ACCOUNT, before) >= 0 else "phone"
    if _last(_ACCOUNT, before) >= 0 and 8 <= len(digits) <= 20:
        return "account number"
    return None


def _is_phone(written: str, digits: str) -> bool:
    if written.startswith("+"):
        return 9 <= len(digits) <= 15
    mobile = digits.startswith("08") and 10 <= len(digits) <= 13
    abroad = digits.startswith("628") and 11 <= len(digits) <= 14 and "." not in written
    return mobile or abroad or (len(digits) <= 12 and bool(_LANDLINE.fullmatch(written)))


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last of some words begins; -1 without one."""
    return max((found.start() for found in pattern.finditer(text)), default=-1)
