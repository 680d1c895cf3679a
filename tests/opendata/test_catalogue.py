"""The catalogue lists what the manifests publish."""

from __future__ import annotations

import pytest

from portal.base.feature import Dataset, Feature
from portal.base.i18n import _l
from portal.opendata import catalogue
from tests.client import Client


def test_rules_become_templates() -> None:
    rule = "/<lang:lang>/budget/<slug>/projects/<int:number>.json"
    assert catalogue.template(rule) == "/{lang}/budget/{slug}/projects/{number}.json"
    assert catalogue.places(rule) == [("lang", "string"), ("slug", "string"), ("number", "integer")]


@pytest.fixture
def datasets() -> list[catalogue.Listed]:
    feature = Feature(name="x", datasets=[Dataset("results", _l("Results"), "x.results", ("json", "csv"))])
    return catalogue.listed(
        [feature],
        lambda _endpoint: "/<lang:lang>/x/<slug>",
        lambda _endpoint, **args: f"/en/x/{args['slug']}",
        lambda _one: [("First", {"slug": "first"})],
    )


def test_the_index(datasets: list[catalogue.Listed]) -> None:
    found = catalogue.index("Sundhaven", "https://x.example", datasets)
    assert found["datasets"][0]["address"] == "https://x.example/{lang}/x/{slug}"
    assert found["datasets"][0]["entries"] == [{"title": "First", "url": "https://x.example/en/x/first"}]


def test_the_openapi_document(datasets: list[catalogue.Listed]) -> None:
    found = catalogue.openapi("Sundhaven", "", "1", datasets, {"results": "/<lang:lang>/x/<slug>"})
    get = found["paths"]["/{lang}/x/{slug}"]["get"]
    assert [p["name"] for p in get["parameters"]] == ["lang", "slug"]
    assert set(get["responses"]["200"]["content"]) == {"application/json", "text/csv"}


def test_the_pages_answer(client: Client) -> None:
    assert client.get("/en/data").status == 200
    index = client.get("/api/").response.get_json()
    document = client.get("/api/openapi.json").response.get_json()
    assert document["openapi"] == "3.1.0"
    assert len(document["paths"]) >= len(index["datasets"]) - 1
