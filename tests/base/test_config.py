"""What production refuses, and why."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from portal import config
from portal.config import City, ConfigError, Provider, check_production, load, secret_of

GOOD: dict[str, Any] = {
    "base_url": "https://votes.sundhaven.example",
    "trusted_hosts": ("votes.sundhaven.example",),
    "city": City(name="Sundhaven", time_zone="Europe/Tallinn"),
}


def settings(tmp_path: Path, **given: Any) -> config.Settings:
    return load({}, instance=tmp_path, **{**GOOD, **given})


def test_a_complete_production_starts(tmp_path: Path) -> None:
    check_production(settings(tmp_path))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "http://votes.sundhaven.example"}, "https"),
        ({"trusted_hosts": ()}, "trusted_hosts"),
        ({"city": City(name="Sundhaven")}, "time_zone"),
        ({"debug": True}, "debug"),
        ({"secret": "short"}, "secret"),
        ({"providers": (Provider("demo", "Demo", "https://x/demo-idp", "portal"),)}, "demo"),
        ({"demo": True}, "loopback"),
    ],
)
def test_production_refuses_and_says_why(tmp_path: Path, given: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        check_production(settings(tmp_path, **given))


def test_all_reasons_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        check_production(load({}, instance=tmp_path))
    assert len(refused.value.reasons) >= 3


def test_the_first_start_writes_a_secret_for_its_owner_alone(tmp_path: Path) -> None:
    made = settings(tmp_path)
    first = secret_of(made)
    assert len(first) > 40 and secret_of(made) == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('base_url = "https://a.example"\n[city]\nname = "A"\n')
    assert load({}, instance=tmp_path).base_url == "https://a.example"
    assert load({"PORTAL_BASE_URL": "https://b.example"}, instance=tmp_path).base_url == "https://b.example"
    assert load({}, instance=tmp_path).city.name == "A"


@pytest.mark.parametrize("text", ["city = [", "no_such_setting = 1", '[city]\ntime_zone = "Nowhere/Land"'])
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ConfigError):
        load({}, instance=tmp_path)


def test_production_uses_a_host_cookie(tmp_path: Path) -> None:
    assert settings(tmp_path).cookie == "__Host-portal"
    assert settings(tmp_path, base_url="http://127.0.0.1:8000", demo=True).cookie == "portal"
