"""A wheel built through the sdist of a clean clone works installed alone: it migrates and answers in Arabic."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FETCH = """
import sys
from portal import config, paths
from portal.app import create_app
assert "_shipped" in str(paths.shipped("templates")), paths.shipped("templates")
app = create_app(config.load(testing=True, base_url="http://localhost", city=config.City(time_zone="Europe/Tallinn")))
answer = app.test_client().get("/ar/")
assert answer.status_code == 200, answer.status_code
sys.stdout.write(answer.get_data(as_text=True))
"""


def call(command: list[str], cwd: Path, **env: str) -> str:
    """Run a command without the checkout on the path; fails with what it said."""
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PORTAL_INSTANCE", "PORTAL_DEMO"}}
    done = subprocess.run(command, cwd=cwd, env={**clean, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_of_a_clean_clone_works_alone(tmp_path: Path) -> None:
    clone, alone, instance = tmp_path / "clone", tmp_path / "alone", tmp_path / "instance"
    call(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], tmp_path)
    assert not list(clone.glob("translations/**/*.mo"))
    build = [sys.executable, "-m", "hatchling", "build"]
    call([*build, "-t", "sdist", "-d", str(tmp_path)], clone)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as box:
        box.extractall(tmp_path / "source")  # our own, made a moment ago
    source = next((tmp_path / "source").iterdir())
    call([*build, "-t", "wheel", "-d", str(tmp_path)], source)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as box:
        names = box.namelist()
        box.extractall(alone)  # what `pip install --no-deps --target` does to a wheel without scripts
    assert "portal/_shipped/translations/ar/LC_MESSAGES/messages.mo" in names
    assert any(name.startswith("portal/_shipped/migrations/versions/") for name in names)
    assert "portal/_shipped/templates/base.html" in names and "portal/static/css/city.rtl.css" in names
    assert "portal/services/data/social-pass.json" in names
    outside = [n for n in names if not n.startswith(("portal/", "folkmoot-"))]
    assert outside == [], "nothing lands beside other people's packages"
    assert not [n for n in names if n.startswith("portal/assets") or "instance/" in n or "__pycache__" in n]

    here = {"PYTHONPATH": str(alone), "PORTAL_INSTANCE": str(instance), "PYTHONSAFEPATH": "1"}
    call([sys.executable, "-m", "portal.cli", "db", "upgrade"], tmp_path, **here)
    page = call([sys.executable, "-c", FETCH], tmp_path, **here)
    assert 'lang="ar"' in page and 'dir="rtl"' in page
    assert any("\u0600" <= sign <= "\u06ff" for sign in page)
    (instance / "portal.db").unlink()
