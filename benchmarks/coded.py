"""What bringing in a large coded project costs: python benchmarks/coded.py [codings]

Makes REFI-QDA projects of made-up text, the second with ten times as many codings as the first, and
brings each into a new store in a process of its own. Prints the seconds and the peak of memory of
each, and the ratios.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

_WORDS = ["warga", "batik", "dinas", "pasar", "program", "pelatihan", "modal", "rapat", "kain"]
_IN_A_SOURCE = 100
_NAMESPACE = "urn:QDA-XML:project:1.0"


def project(path: Path, codings: int) -> None:
    """Write a project with as many codings, a hundred in each source, by two coders."""
    made = random.Random(codings)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        sources = []
        for source in range(codings // _IN_A_SOURCE):
            words = [f"teks{source}", *made.choices(_WORDS, k=6 * _IN_A_SOURCE)]
            ends, at = [], 0
            for word in words:
                ends.append(at + len(word))
                at += len(word) + 1
            archive.writestr(f"sources/{source}.txt", " ".join(words))
            passages = "".join(
                f'<PlainTextSelection guid="S{source}-{n}" startPosition="{ends[6 * n] + 1}" '
                f'endPosition="{ends[6 * n + 5]}"><Coding guid="K{source}-{n}" '
                f'creatingUser="U{n % 2}"><CodeRef targetGUID="C{made.randrange(50)}"/></Coding>'
                "</PlainTextSelection>"
                for n in range(_IN_A_SOURCE)
            )
            sources.append(
                f'<TextSource guid="T{source}" name="teks {source}" '
                f'plainTextPath="internal://{source}.txt">{passages}</TextSource>'
            )
        users = "".join(f'<User guid="U{n}" name="peneliti {n}"/>' for n in range(2))
        codes = "".join(f'<Code guid="C{n}" name="kode {n}" isCodable="true"/>' for n in range(50))
        archive.writestr(
            "project.qde",
            f'<Project xmlns="{_NAMESPACE}" name="buatan"><Users>{users}</Users>'
            f"<CodeBook><Codes>{codes}</Codes></CodeBook>"
            f"<Sources>{''.join(sources)}</Sources></Project>",
        )


def rembug(*arguments: str) -> tuple[float, float]:
    """Run a command in a process of its own; returns its seconds and its peak of memory in MiB."""
    start = time.perf_counter()
    command = [str(Path(sys.executable).with_name("rembug")), *arguments]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            told.seek(0)
            sys.exit(f"{' '.join(command)} failed: {told.read()}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for codings in (first, 10 * first):
            file, store = Path(folder) / f"buatan-{codings}.qdpx", f"{folder}/{codings}"
            project(file, codings)
            labels = ("--title-id", "Studi buatan", "--title-en", "A made-up study")
            rembug("study", "create", "buatan", *labels, "--store", store)
            seconds, memory = rembug("add", str(file), "--study", "buatan", "--store", store)
            print(f"{codings} codings: {seconds:.0f} s, {memory:.0f} MiB at most", flush=True)
            told.append((seconds, memory))
    (time_1, memory_1), (time_2, memory_2) = told
    print(f"ratios {time_2 / time_1:.1f} in time, {memory_2 / memory_1:.1f} in memory")


if __name__ == "__main__":
    main()
