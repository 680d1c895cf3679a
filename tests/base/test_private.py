"""What a city keeps is readable by its own user alone, and what libraries log is as structured as our own lines."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import paths
from portal.base import log
from tests.client import Client


def test_nobody_else_of_the_machine_reads_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    env = {**os.environ, "PORTAL_INSTANCE": str(folder), "PORTAL_DEMO": "1", "PORTAL_BASE_URL": "http://127.0.0.1:8123"}
    env.pop("PORTAL_DATABASE_URL", None)
    command = ["sh", "-c", f"umask 022; exec {sys.executable} -m portal.cli db upgrade"]
    subprocess.run(command, env=env, check=True, capture_output=True)
    made = [folder, *folder.rglob("*")]
    assert folder / "portal.db" in made
    assert [str(one) for one in made if one.stat().st_mode & 0o077] == []


def test_what_was_open_to_all_is_closed_and_the_group_keeps_what_it_was_given(tmp_path: Path) -> None:
    before, folder = os.umask(0o022), tmp_path / "city"
    try:
        folder.mkdir()
        (folder / "register.csv").write_text("number\n")
        (folder / "elsewhere").symlink_to(tmp_path)
        paths.keep_private(folder)
        assert folder.stat().st_mode & 0o777 == 0o750
        assert (folder / "register.csv").stat().st_mode & 0o777 == 0o640
        paths.keep_private(tmp_path / "not there yet")
    finally:
        os.umask(before)


def test_lines_of_libraries_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    log.set_up()
    logging.getLogger("waitress.queue").warning("Task queue depth is %d", 3)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    told = json.loads(lines[0])
    assert told["event"] == "Task queue depth is 3" and told["logger"] == "waitress.queue"
    assert told["level"] == "warning" and told["timestamp"].endswith("Z")


def test_a_page_does_not_repeat_a_long_address(client: Client) -> None:
    for path in ("/en/verify/" + "A" * 4000, "/en/" + "b" * 4000):
        page = client.get(path)
        assert page.status == 404 and "AAAA" not in page.html and "bbbb" not in page.html
