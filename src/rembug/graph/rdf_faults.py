"""What is wrong with RDF that a parser refused, in words.

The engine's and Expat's messages are English and speak of their grammar; those that files of
people cause are said here as what to do. Any other is told as it is, behind what can be looked at.
"""

import re
from typing import Final
from urllib.parse import quote

from rembug import terms
from rembug.errors import Words, with_cause

_PLACE: Final = re.compile(r"Parser error[^:]*: (.*?)(?: \(line \d+\))?", re.DOTALL)
_LONGEST: Final = 60  # characters of the file that are shown

# What the parsers say, and what is told of it; {0} is the first group, shortened.
_KNOWN: Final = tuple(
    (re.compile(pattern, re.DOTALL), Words(en, id_))
    for pattern, en, id_ in (
        # Turtle, TriG, N-Triples and N-Quads
        (
            r"Unexpected end",
            "it ends in the middle of a statement; a full stop or a closing bracket is missing, or "
            "the file is not whole",
            "berakhir di tengah pernyataan; titik atau kurung penutupnya belum ada, atau berkasnya "
            "tidak utuh",
        ),
        (
            r"Unexpected end of file",
            "what begins here is not closed: a text ends with the quotation mark that it begins "
            "with, an IRI with >",
            "yang dimulai di sini tidak ditutup: teks diakhiri tanda kutip yang sama seperti "
            "awalnya, IRI diakhiri >",
        ),
        (
            r"(.+) is not a valid RDF object",
            "“{0}” is where a value is expected; write an IRI, a number, or a text in "
            "quotation marks",
            "“{0}” berada di tempat nilai; tulis IRI, angka, atau teks dalam tanda kutip",
        ),
        (
            r"(.+) is not a valid predicate",
            "“{0}” is where a property is expected; write one, such as rdfs:label, or end the "
            "statement before it with a full stop",
            "“{0}” berada di tempat properti; tulis properti, misalnya rdfs:label, atau akhiri "
            "pernyataan sebelumnya dengan titik",
        ),
        (
            r"(.+) is not a valid subject or graph name",
            "“{0}” is where a statement begins; check whether the one before it ends too early, "
            "or a text or a date has no quotation marks",
            "“{0}” berada di awal pernyataan; periksa apakah pernyataan sebelumnya berakhir "
            "terlalu cepat, atau ada teks atau tanggal tanpa tanda kutip",
        ),
        (
            r"(.+) is not a valid graph name",
            "“{0}” is where the name of a graph is expected; write its IRI in < and >",
            "“{0}” berada di tempat nama graf; tulis IRI-nya di antara < dan >",
        ),
        (
            r"No scheme found in an absolute IRI",
            "an IRI is not whole; write all of it (https://…), or declare a prefix",
            "ada IRI yang tidak lengkap; tulis seluruhnya (https://…), atau deklarasikan prefiks",
        ),
        (
            r"Invalid IRI percent encoding '(.*)'",
            "after % in an IRI come two hexadecimal digits, not “{0}”; a percent sign itself is "
            "%25",
            "setelah % dalam IRI harus ada dua digit heksadesimal, bukan “{0}”; tanda persen "
            "sendiri ditulis %25",
        ),
        (
            r"A language code should always start with a letter",
            "after @ a language is expected, such as @id or @en",
            "setelah @ diperlukan bahasa, misalnya @id atau @en",
        ),
        (
            r"Expecting a datatype IRI after \^\^, found (.*)",
            "after ^^ a datatype is expected, such as xsd:date, not “{0}”",
            "setelah ^^ diperlukan tipe data, misalnya xsd:date, bukan “{0}”",
        ),
        (
            r"(?:A dot is expected at the end of statements|Triples must be followed by a dot)",
            "a full stop is missing where the statement before this ends",
            "titik belum ada di akhir pernyataan sebelum ini",
        ),
        (
            r"blank node property lists should end with a '\]'",
            "a bracket [ is not closed; write ] before this",
            "kurung [ tidak ditutup; tulis ] sebelum ini",
        ),
        (
            r"The PREFIX (?:keyword|declaration) should be followed by .*",
            "a prefix is declared so: @prefix name: <https://…> .",
            "prefiks dideklarasikan begini: @prefix nama: <https://…> .",
        ),
        (
            r"Unexpected escape character '(.*)'",
            "“{0}” has no meaning in a text; write \\\\ for a backslash",
            "“{0}” tidak bermakna dalam teks; tulis \\\\ untuk garis miring terbalik",
        ),
        (
            r"'(.*)' is not allowed at the beginning of a prefix name",
            "“{0}” cannot be here; put a text in quotation marks and an IRI into < and >",
            "“{0}” tidak dapat berada di sini; beri tanda kutip pada teks, dan < serta > pada IRI",
        ),
        (
            r"The (?:subject|predicate|object) of a triple must be .*|Only a single triple .*",
            "each line is one statement in N-Triples and N-Quads: IRIs in < and >, texts in "
            "quotation marks, a full stop at the end; save it as .ttl if it is Turtle",
            "dalam N-Triples dan N-Quads setiap baris adalah satu pernyataan: IRI di antara < dan "
            ">, teks dalam tanda kutip, diakhiri titik; simpan sebagai .ttl bila ini Turtle",
        ),
        (
            r"Line jumps are not allowed in string literals.*",
            "a text goes on in the next line; write \\n for the end of a line, or three quotation "
            "marks around it in Turtle",
            "teksnya berlanjut di baris berikut; tulis \\n untuk ganti baris, atau apit dengan "
            "tiga tanda kutip dalam Turtle",
        ),
        (
            r".*[Ii]nvalid UTF-?8.*|.*not valid UTF-?8.*",
            "it is not in UTF-8; save it again in that encoding",
            "penyandiannya bukan UTF-8; simpan ulang dengan penyandian itu",
        ),
        # JSON-LD
        (
            r"Object keys must be strings",
            "a name in quotation marks and a colon are expected here, or }} at the end",
            "di sini diperlukan nama dalam tanda kutip dan titik dua, atau }} di akhir",
        ),
        (
            r"Trailing commas are not allowed",
            "after the last value there is no comma",
            "tidak ada koma setelah nilai terakhir",
        ),
        (
            r"(?:Array|Object) values must be followed by .*",
            "after a value comes a comma, or the bracket that closes it",
            "setelah suatu nilai ada koma, atau kurung penutupnya",
        ),
        (
            r"Unexpected char: '(.*)'",
            "“{0}” cannot be here; JSON has its names and texts in straight quotation marks",
            "“{0}” tidak dapat berada di sini; nama dan teks JSON diapit tanda kutip lurus",
        ),
        (
            r"No LoadDocumentCallback has been set to load remote contexts",
            "its @context is an address, and nothing is fetched; write the context into the file",
            "@context-nya berupa alamat, dan tidak ada yang diambil; tulis konteksnya di dalam "
            "berkas",
        ),
        (
            r"(@\w+) value must be (?:a string|an IRI).*",
            "the value of {0} is a text in quotation marks",
            "nilai {0} berupa teks dalam tanda kutip",
        ),
        # XML
        (
            r"XML namespaces are required in RDF/XML",
            "an element or attribute has no prefix; RDF/XML has them from vocabularies, such as "
            "rdf:Description",
            "ada elemen atau atribut tanpa prefiks; dalam RDF/XML semuanya berasal dari kosakata, "
            "misalnya rdf:Description",
        ),
        (
            r"Unexpected text event: '(.*)'",
            "the text “{0}” is where an element is expected",
            "teks “{0}” berada di tempat elemen",
        ),
        (
            r"(?:no element found|unclosed token|unclosed CDATA section)",
            "it ends before its elements are closed; the file is not whole",
            "berakhir sebelum elemennya ditutup; berkasnya tidak utuh",
        ),
        (
            r"syntax error",
            "it does not begin as XML does: with < and the name of an element",
            "tidak dimulai seperti XML: dengan < dan nama elemen",
        ),
        (
            r"mismatched tag",
            "the element that is closed here is not the one that was opened last",
            "elemen yang ditutup di sini bukan yang terakhir dibuka",
        ),
        (
            r"not well-formed \(invalid token\)",
            "this cannot be in XML; write &amp; for & and &lt; for <",
            "ini tidak boleh ada dalam XML; tulis &amp; untuk & dan &lt; untuk <",
        ),
        (
            r"undefined entity",
            "an entity is not declared; write the character itself",
            "ada entitas yang tidak dideklarasikan; tulis karakternya langsung",
        ),
        (
            r"duplicate attribute",
            "an attribute is written twice; keep one",
            "ada atribut yang ditulis dua kali; simpan satu",
        ),
        (
            r"junk after document element",
            "something comes after the end of the first element; one element holds all",
            "ada isi setelah elemen pertama berakhir; satu elemen memuat semuanya",
        ),
        # What a worker says itself
        (
            r"it has a triple term of RDF 1\.2, .*",
            "it has a triple term of RDF 1.2, which OWL and SHACL do not know yet; leave it out",
            "memuat istilah tripel RDF 1.2, yang belum dikenal OWL dan SHACL; hapus dari berkas",
        ),
        (
            r"it declares entities that expand or fetch others.*",
            "it declares entities that expand or fetch others; write them out",
            "mendeklarasikan entitas yang mengembang atau mengambil yang lain; tulis isinya "
            "langsung",
        ),
    )
)

_DECLARED: Final = (
    (re.compile(r"The prefix (\S*): has not been declared"), "@prefix {0}: <{1}> ."),
    (re.compile(r"Unknown prefix (\S*):"), 'xmlns:{0}="{1}"'),
)


def explained(message: str, syntax: str = "RDF") -> Words:
    """What a parser's message means to whoever wrote the file.

    Args:
        message: of the engine's parser, or of Expat.
        syntax: what the file is to be, for a message that is not known here.
    """
    if found := _PLACE.fullmatch(message):
        message = found[1]
    message = re.sub(r"^error while parsing IRI '.*?': ", "", message, flags=re.DOTALL)
    for declared, way in _DECLARED:
        if found := declared.fullmatch(message):
            prefix = _shortened(found[1])
            way = way.format(prefix, terms.PREFIXES.get(prefix, "https://…"))
            return Words(
                f"the prefix {prefix}: is not declared; write {way} above it",
                f"prefiks {prefix}: belum dideklarasikan; tulis {way} di atasnya",
            )
    if found := re.search(r"Invalid IRI code point '(.)'", message, re.DOTALL):
        sign, instead = found[1], quote(found[1], safe="")
        return Words(
            f"an IRI cannot have “{sign}” in it; write {instead}, or close it with > before that",
            f"IRI tidak boleh memuat “{sign}”; tulis {instead}, atau tutup dengan > sebelumnya",
        )
    for pattern, words in _KNOWN:
        if found := pattern.fullmatch(message):
            shown = [_shortened(group) for group in found.groups()]
            return Words(words.en.format(*shown), words.id.format(*shown))
    return with_cause(
        f"is not written as {syntax} is; look at the full stops, brackets, quotation marks and "
        "prefixes just before this place",
        f"tidak ditulis menurut kaidah {syntax}; periksa tanda titik, kurung, tanda kutip, dan "
        "prefiks tepat sebelum tempat ini",
        message,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
