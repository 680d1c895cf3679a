"""Runs inside the oracles' environment: what pabulib-checker says about files. Prints {file: {error: details}}."""

from __future__ import annotations

import contextlib
import io
import json
import sys

from pabulib.checker import Checker

found = {}
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()):
        told = Checker().process_files([path])
    (name,) = (name for name in told if name not in ("metadata", "summary"))
    found[path] = told[name]["results"].get("errors", {})
json.dump(found, sys.stdout, default=str)
