"""Builds the style sheets: `./run css`, and `./run css --check` which proves that the committed ones are fresh.

It also packs every static text ahead of time (.gz beside its source, found by WhiteNoise); `./run css --pack` does
only that and needs no Node.

Sass and rtlcss come from package-lock.json and need Node; a portal never does. The built files, the licence of the
ground and SOURCE.sha256 are committed. Without Node --check compares hashes; with Node it builds again and compares
every byte. Standard library only.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"
CSS = STATIC / "css"
PACKED = ("css/*.css", "js/*.js", "img/*.svg")
MODULES = HERE / "node_modules"
BUILT = ("city.css", "city.rtl.css", "LICENSE-govuk-frontend.txt")
RECORD = CSS / "SOURCE.sha256"
LICENCE = HERE / "LICENSE-govuk-frontend.txt"


class BuildError(Exception):
    """The style sheets could not be built; the sentence says why."""


def sources() -> list[Path]:
    """Every file that the built ones depend on."""
    return sorted([*(HERE / "sass").glob("*.scss"), HERE / "package.json", HERE / "package-lock.json", LICENCE])


def source_hash() -> str:
    """One hash over names and contents of the sources."""
    whole = hashlib.sha256()
    for file in sources():
        whole.update(f"{file.relative_to(HERE).as_posix()}\0".encode())
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def record(folder: Path) -> str:
    """What SOURCE.sha256 says for the built files in a folder."""
    lines = [f"{source_hash()}  sources"]
    lines += [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in BUILT]
    return "\n".join(lines) + "\n"


def has_node() -> bool:
    """Node and its package manager are there."""
    return bool(shutil.which("node") and shutil.which("npm"))


def _call(*command: str) -> None:
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command)} failed:\n{done.stderr or done.stdout}")


def install() -> None:
    """Fetch the tools that package-lock.json names, unless they are there."""
    if not has_node():
        raise BuildError("building the style sheets needs Node 20 or newer with npm")
    stamp = MODULES / ".package-lock.json"
    if not stamp.is_file() or stamp.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        _call("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def build(folder: Path) -> None:
    """Write the built files into a folder.

    Raises BuildError where Node is missing or a tool fails.
    """
    install()
    folder.mkdir(parents=True, exist_ok=True)
    city, turned = folder / "city.css", folder / "city.rtl.css"
    tools = MODULES / ".bin"
    _call(
        str(tools / "sass"), f"--load-path={MODULES / 'govuk-frontend' / 'dist'}", "--style=compressed",
        "--no-source-map", "--no-charset", str(HERE / "sass" / "city.scss"), str(city),
    )  # fmt: skip
    _call(str(tools / "rtlcss"), "--silent", str(city), str(turned))
    for file in (city, turned):
        text = file.read_text("utf-8").strip() + "\n"
        if "url(" in text or "@import" in text or "@font-face" in text:
            raise BuildError(f"{file.name} would fetch something: no address, import or font may stand in it")
        file.write_text("/*! parts: govuk-frontend 6.3.0, MIT, LICENSE-govuk-frontend.txt */\n" + text, "utf-8")
    shutil.copyfile(LICENCE, folder / LICENCE.name)  # the package itself ships none


def packable() -> list[Path]:
    """The static files that are sent packed."""
    return sorted(file for pattern in PACKED for file in STATIC.glob(pattern))


def pack() -> None:
    """Write a .gz beside every packable file: no time and no name in it, so that the same source gives the same bytes."""
    for file in packable():
        packed = gzip.compress(file.read_bytes(), 9, mtime=0)
        file.with_name(file.name + ".gz").write_bytes(packed)


def packing_faults() -> list[str]:
    """Packed files that are missing, differ from their source or have lost it. The bytes themselves may differ between
    compression libraries, so what is inside is compared."""
    wanted = {file.with_name(file.name + ".gz"): file for file in packable()}
    found = [f"{packed.name} has no source: delete it" for packed in STATIC.rglob("*.gz") if packed not in wanted]
    for packed, file in wanted.items():
        if not packed.is_file() or gzip.decompress(packed.read_bytes()) != file.read_bytes():
            found.append(f"{packed.name} is not that of {file.name}: run ./run css --pack and commit it")
    return found


def faults(rebuild: bool) -> list[str]:
    """Why the committed files are not fresh, one sentence each. `rebuild` compares bytes too and needs Node."""
    missing = [name for name in (*BUILT, RECORD.name) if not (CSS / name).is_file()]
    if missing:
        return [f"missing in portal/static/css: {', '.join(missing)}"]
    if RECORD.read_text("utf-8") != record(CSS):
        return ["the style sheets do not belong to their sources: run ./run css and commit both"]
    found = packing_faults()
    if rebuild:
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder))
            for name in BUILT:
                if (Path(folder) / name).read_bytes() != (CSS / name).read_bytes():
                    found.append(f"{name} differs from a fresh build: run ./run css")
    return found


def main(arguments: list[str]) -> int:
    """`--check` compares; `--pack` packs; otherwise build and write the record."""
    try:
        if "--check" in arguments:
            found = faults(rebuild=has_node())
            for sentence in found:
                print(sentence, file=sys.stderr)
            if not found:
                print("style sheets are fresh" + ("" if has_node() else " (hashes only: Node is not here)"))
            return 1 if found else 0
        if "--pack" in arguments:
            pack()
            return 0
        build(CSS)
        pack()
        RECORD.write_text(record(CSS), "utf-8")
        for name in BUILT[:2]:
            print(f"{name}: {(CSS / name).stat().st_size} bytes")
        return 0
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
