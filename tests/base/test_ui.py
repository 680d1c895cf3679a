"""Page numbers, addresses with filters, sort links, and sentences for scripts."""

import pytest

from portal.base import i18n, ui
from portal.base.i18n import _n


def numbers(paging: ui.Paging) -> list[int | None]:
    return [item.page if item else None for item in paging.items]


def page(total: int, n: int, size: int = 10) -> ui.Paging:
    return ui.paging(total, n, size, lambda p: f"?page={p}")


def test_few_pages_are_all_named() -> None:
    assert numbers(page(25, 1)) == [1, 2, 3]
    assert page(25, 1).previous is None and page(25, 1).next == "?page=2"


def test_many_pages_leave_gaps_but_never_one_of_a_single_page() -> None:
    assert numbers(page(200, 10)) == [1, None, 9, 10, 11, None, 20]
    assert numbers(page(200, 4)) == [1, 2, 3, 4, 5, None, 20]
    assert numbers(page(50, 3)) == [1, 2, 3, 4, 5]


def test_a_page_beyond_the_end_is_the_last_one() -> None:
    last = page(25, 99)
    assert (last.page, last.offset, last.next) == (3, 20, None)
    assert (page(0, 1).pages, page(0, 1).offset) == (1, 0)


@pytest.mark.parametrize("raw", [None, "", "0x1", "-3", "1.5", "٣", "9999999", "abc"])
def test_a_strange_page_number_is_page_one(raw: str | None) -> None:
    assert ui.page_number(raw) == 1


def test_one_view_has_one_address() -> None:
    query = {"q": "bench & tree", "district": "", "page": "1", "tag": ["a", "b"]}
    assert ui.address("/en/x", query) == "/en/x?q=bench+%26+tree&tag=a&tag=b"
    assert ui.address("/en/x", query, q=None, tag=None) == "/en/x"
    assert ui.address("/en/x", {"q": "a"}, page=2) == "/en/x?q=a&page=2"


def test_a_second_click_turns_the_order_round() -> None:
    by_name = ui.Sorting("/x", {"q": "a", "page": "3"}, ["name", "cost"], "name")
    assert by_name.way("name") == "ascending" and by_name.way("cost") is None
    assert by_name.url("name") == "/x?q=a&sort=-name" and by_name.url("cost") == "/x?q=a&sort=cost"
    down = ui.Sorting("/x", {"sort": "-cost"}, ["name", "cost"], "name")
    assert (down.key, down.down, down.way("cost")) == ("cost", True, "descending")
    assert down.url("cost") == "/x?sort=cost" and down.url("name") == "/x"


def test_an_order_that_is_not_offered_is_ignored() -> None:
    assert ui.Sorting("/x", {"sort": "password"}, ["name"], "name").order == "name"


@pytest.mark.parametrize(
    ("lang", "keys"),
    [("en", {"one", "other"}), ("pl", {"one", "few", "many"}), ("ar", {"zero", "one", "two", "few", "many", "other"})],
)
def test_a_plural_table_has_every_form_of_the_language(lang: str, keys: set[str]) -> None:
    with i18n.use_locale(lang):
        table = ui.plural_table(_n("%(n)s character left", "%(n)s characters left", 0))
    assert set(table) == keys
    assert all("%(" not in text for text in table.values())


def test_sentences_for_scripts_have_braces() -> None:
    assert ui.plural_table(_n("%(n)s character left", "%(n)s characters left", 0)) == {
        "one": "{n} character left", "other": "{n} characters left",
    }  # fmt: skip
    assert ui.pattern("%(money)s left of %(limit)s") == "{money} left of {limit}"


@pytest.mark.parametrize("lang", i18n.SHIPPED)
@pytest.mark.parametrize("cents", [0, 100, 123400, 123456700, 4500050])
def test_scripts_write_money_as_the_server_does(lang: str, cents: int) -> None:
    with i18n.use_locale(lang):
        mould, server = ui.money_mould("EUR"), i18n.money(cents, "EUR")
    whole, rest = divmod(cents, 100)
    script = f"{whole:,}".replace(",", mould["group"]) + (f"{mould['point']}{rest:02}" if rest else "")
    assert mould["before"] + script + mould["after"] == server
