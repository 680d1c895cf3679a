"""Compile the translation catalogues: every messages.po that is newer than its messages.mo.

`./run` calls this before it starts anything, and hatchling calls it while it builds a wheel, because a clean clone
holds no compiled catalogue. Maintainers' side: it is not in the wheel.
"""

import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def stale(folder: Path) -> list[Path]:
    """Return the catalogues below `folder` whose compiled file is missing or older than its source."""
    found = []
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            found.append(po)
    return found


def compile_one(po: Path) -> None:
    """Write the .mo beside `po`, whole or not at all: a reader must never meet half a file."""
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parents[1].name)
    draft = po.with_name(f"{po.stem}.{os.getpid()}.tmp")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.replace(po.with_suffix(".mo"))


def compile_stale(folder: Path) -> int:
    """Compile what is stale below `folder`; return how many catalogues that were."""
    todo = stale(folder)
    for po in todo:
        compile_one(po)
    return len(todo)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # the core environment builds no wheels
    pass
else:

    class CompileCatalogues(BuildHookInterface):
        """hatchling's hook: runs before the files of an sdist or a wheel are gathered."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict) -> None:
            """Compile below the project's root, which is the checkout or the unpacked sdist."""
            compile_stale(Path(self.root) / "translations")


if __name__ == "__main__":
    compile_stale(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "translations")
