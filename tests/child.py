"""Processes that tests kill: each a portal of its own, with nothing of the test's in it but what the program says.

Starting Python and reading all of the portal takes two seconds. One process does it once for the run, without database,
threads or settings, and every child is a copy of that one.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SERVER = multiprocessing.get_context("forkserver")


def start(program: str, said: Path, env: Mapping[str, str] | None = None) -> Any:
    """Run this program with these variables besides ours; what it says on either way out goes into the file `said`.
    The caller joins the process, whose `exitcode` is negative where a signal ended it."""
    _SERVER.set_forkserver_preload([f"{__name__}_read"])
    process = _SERVER.Process(target=_run, args=(program, str(said), {**os.environ, **(env or {})}), daemon=True)
    process.start()
    return process


def run(program: str, said: Path, env: Mapping[str, str] | None = None) -> int:
    """The same to its end; the exit code."""
    process = start(program, said, env)
    process.join(60)
    code = process.exitcode
    process.close()
    assert isinstance(code, int)
    return code


def read_all() -> None:
    """What a portal reads when it starts: every manifest, and with it every door."""
    app = importlib.import_module("portal.app")
    for name in app.FEATURES:
        importlib.import_module(f"portal.{name}.manifest")


def _run(program: str, said: str, env: dict[str, str]) -> None:
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.clear()
    os.environ.update(env)
    try:
        exec(compile(program, "<child>", "exec"), {"__name__": "__child__"})
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
