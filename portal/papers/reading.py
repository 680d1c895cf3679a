"""The child process that reads the signatures of an uploaded PDF: file on standard input, JSON on standard output.

It stands alone: nothing of the portal is imported, nothing is fetched, nothing is written.
"""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import sys
from typing import Any

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 5  # a letter of this city needs less than one
MOST_INFLATED = 4 * 1024 * 1024  # of one stream; the tables and objects of a file of 10 MB need less
MOST_SIGNATURES = 20


def signatures(data: bytes) -> dict[str, Any]:
    """What the file's signatures are worth by themselves; who is behind a certificate is not asked here."""
    from pyhanko.pdf_utils.filters import FlateDecode  # noqa: PLC0415
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  after the limits are set
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    inflate = FlateDecode.decode_bounded

    def bounded(self: Any, data: bytes, decode_params: Any, max_output_size: int | None = None) -> Any:
        """A few bytes may inflate to gigabytes of a table; such a file is refused before anything is made of it."""
        return inflate(self, data, decode_params, max_output_size=min(max_output_size or MOST_INFLATED, MOST_INFLATED))

    FlateDecode.decode_bounded = bounded  # type: ignore[method-assign]
    try:
        embedded = list(PdfFileReader(io.BytesIO(data)).embedded_signatures)[:MOST_SIGNATURES]
    except Exception:
        return {"readable": False, "signatures": []}
    found = []
    for one in embedded:
        entry = {"fingerprint": "", "name": "", "intact": False, "whole": False}
        try:
            names = one.signer_cert.subject.native
            entry["fingerprint"] = one.signer_cert.sha256.hex()
            entry["name"] = str(names.get("common_name") or one.signer_cert.subject.human_friendly)[:200]
            nobody = ValidationContext(trust_roots=[], allow_fetching=False)
            status = validate_pdf_signature(one, nobody, skip_diff=True)
            entry["intact"] = bool(status.intact and status.valid)
            entry["whole"] = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        except Exception:
            entry["intact"] = False
        found.append(entry)
    return {"readable": True, "signatures": found}


def main() -> None:
    """Read, look, answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # pages come first
    logging.disable(logging.CRITICAL)
    json.dump(signatures(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
