"""Where things lie on disk: what the product ships, and what one city keeps.

This is the only place that knows the difference between a checkout and an installed wheel. Flask's templates, the
translations and the migrations all take their folder from here; nobody else builds such a path.
"""

import contextlib
import os
import stat
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BESIDE = _PACKAGE.parent


def in_checkout() -> bool:
    """Say whether this package lies in a checkout. A pyproject.toml beside it proves that: site-packages has none."""
    return (_BESIDE / "pyproject.toml").is_file()


def shipped(name: str) -> Path:
    """Return the folder of `templates`, `translations` or `migrations`.

    A wheel carries them inside the package, so that nothing lands beside other people's packages; a checkout keeps
    them at the top level, where translators and designers find them.

    Raises FileNotFoundError, naming both places, when neither is there.
    """
    inside = _PACKAGE / "_shipped" / name
    if inside.is_dir():
        return inside
    beside = _BESIDE / name
    if in_checkout() and beside.is_dir():
        return beside
    raise FileNotFoundError(f"{name} is neither in {inside} nor, with a pyproject.toml beside it, in {beside}")


def instance() -> Path:
    """Return the folder of one city's own things: database, uploads, keys, config.toml, secret.key.

    PORTAL_INSTANCE names it; else it is the checkout's `instance`, else that of the current folder. It need not exist.
    """
    named = os.environ.get("PORTAL_INSTANCE")
    if named:
        return Path(named).expanduser().resolve()
    return (_BESIDE if in_checkout() else Path.cwd()) / "instance"


def keep_private(folder: Path) -> None:
    """Let this process write for its own user alone, and take away what others of the machine may do with a city's
    folder and the files that lie in it: the database holds ballots, mails with codes and tokens. What the operator
    gave to the group stays."""
    os.umask(0o077)
    with contextlib.suppress(OSError):  # another user's folder, or none yet
        for one in [folder, *folder.iterdir()]:
            mode = one.lstat().st_mode
            if mode & 0o007 and not stat.S_ISLNK(mode):
                one.chmod(stat.S_IMODE(mode) & ~0o007)
