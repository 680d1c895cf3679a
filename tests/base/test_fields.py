"""Forms: what people type becomes data or a sentence of our own, and everything typed is shown again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import FileStorage, MultiDict

from portal.base import fields as f
from portal.base import i18n
from portal.base.fields import cents_of
from portal.base.i18n import _l
from portal.base.texts import HOLE, Said, Spoken, languages
from tests.drawing import bare_app

# Every sentence that WTForms and Flask-WTF could say by themselves begins with one of these.
FOREIGN = re.compile(
    r"Not a valid|Invalid (Choice|input|value|date|field)|This field is required|Field must be|Number must be|"
    r"Field cannot|Choices cannot|CSRF|Token|could not be coerced|not valid choice|is required\."
)


class Sample(f.Form):
    title = f.Text(_l("Title"), [f.required(_l("Enter a title.")), f.length(max=10, min=3)], hint=_l("In a few words."))
    text = f.LongText(_l("Text"), [f.optional(), f.length(max=20)])
    mail = f.Email(_l("E-mail"), [f.optional(), f.email()])
    people = f.Whole(_l("People"), [f.optional(), f.between(min=1, max=1500)])
    cost = f.Amount(_l("Cost"), [f.optional(), f.between(min=10000, say=i18n.money)])
    day = f.Day(_l("Day"), [f.optional(), f.between(max=date(2027, 12, 31))])
    opens = f.Moment(_l("Opens"), [f.optional()])
    place = f.Select(_l("Place"), [f.optional()], choices=[(1, "Harbour"), (2, "Hill")], coerce=int, blank=_l("Choose"))
    kind = f.Radios(_l("Kind"), [f.optional()], choices=[("a", "Approval", "Tick many."), ("k", "Knapsack")])
    tags = f.Checks(_l("Tags"), [f.optional()], choices=[("x", "X"), ("y", "Y")])
    picture = f.Picture(_l("Picture"), [f.optional()])
    agree = f.YesNo(_l("Agreed"), [f.optional()])


@pytest.fixture
def app() -> Flask:
    """No database: forms are drawn and read."""
    return bare_app()


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/", method="POST"):
        i18n.set_locale("en", "Europe/Tallinn", "EUR")
        yield
    i18n.set_locale("en")


def filled(**typed: Any) -> Sample:
    data = MultiDict([("title", "A bench")])
    for name, value in typed.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    form = Sample(data, meta={"csrf": False})
    form.validate()
    return form


def said(form: f.Form, name: str) -> list[str]:
    return [str(text) for text in form[name].errors]


def drawn(form: f.Form, call: str) -> str:
    return render_template_string('{% import "ui/form.html" as ui %}' + call, form=form)


def test_what_was_typed_becomes_data() -> None:
    form = filled(
        title="  A   be\u0301nch\x00 ", text="one\r\ntwo\r\n", people="1 200", cost="45.000,50",
        day__day="5", day__month="6", day__year="2027", opens="2027-06-05T18:00",
        place="2", kind="k", tags=["x", "y"], agree="1",
    )  # fmt: skip
    assert form.errors == {}
    assert form.title.data == "A   b\u00e9nch"  # composed, trimmed, without control signs
    assert form.text.data == "one\ntwo"
    assert (form.people.data, form.cost.data, form.day.data) == (1200, 4500050, date(2027, 6, 5))
    assert form.opens.data == datetime(2027, 6, 5, 15, 0, tzinfo=UTC)  # Tallinn's summer time
    assert (form.place.data, form.kind.data, form.tags.data, form.agree.data) == (2, "k", ["x", "y"], True)


def test_nothing_typed_is_nothing() -> None:
    form = filled(cost="", people=" ", place="", day__day="", day__month="", day__year="")
    assert form.errors == {}
    assert [form[n].data for n in ("cost", "people", "place", "kind", "day", "opens", "picture")] == [None] * 7
    assert (form.tags.data, form.agree.data) == ([], False)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("title", "", "Enter a title."),
        ("title", "ab", "Use at least 3 characters."),
        ("title", "a" * 11, "Use at most 10 characters."),
        ("text", "a" * 21, "Use at most 20 characters."),
        ("mail", "ana@", "Enter an e-mail address such as name@example.org."),
        ("people", "many", "Enter a whole number, such as 15."),
        ("people", "1.5", "Enter a whole number, such as 15."),
        ("people", "1501", "It must be from 1 to 1,500."),
        ("cost", "much", "Enter an amount, such as €45,000."),
        ("cost", "-5", "Enter an amount, such as €45,000."),
        ("cost", "99", "It must be €100 or more."),
        ("opens", "tomorrow", "Enter a day and a time, such as 2027-03-27 18:00."),
        ("opens", "2027-03-28T03:30", "The clocks go forward then: this time does not exist on that day."),
        ("place", "9", "Choose one of the answers in the list."),
        ("place", "x", "Choose one of the answers in the list."),
        ("kind", "z", "Choose one of the answers in the list."),
        ("tags", "z", "Choose one of the answers in the list."),
    ],
)
def test_each_fault_has_a_sentence_of_our_own(name: str, typed: str, sentence: str) -> None:
    form = filled(**{name: typed})
    assert said(form, name) == [sentence]
    if name not in ("place", "kind", "tags"):
        assert typed in drawn(form, f"{{{{ ui.field(form.{name}) }}}}"), "what was typed is shown again"


@pytest.mark.parametrize("parts", [("31", "2", "2027"), ("5", "", "2027"), ("x", "1", "2027"), ("1", "1", "27")])
def test_a_day_that_does_not_exist_is_refused_and_shown_again(parts: tuple[str, str, str]) -> None:
    form = filled(day__day=parts[0], day__month=parts[1], day__year=parts[2])
    assert said(form, "day") == ["Enter a real date, such as 27 3 2027."]
    html = drawn(form, "{{ ui.field(form.day) }}")
    assert all(f'value="{part}"' in html for part in parts if part)


def test_a_day_too_late_names_the_last_one() -> None:
    form = filled(day__day="1", day__month="1", day__year="2028")
    assert said(form, "day") == ["It must be December 31, 2027 or less."]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("45000", 4500000), ("45,000", 4500000), ("45.000", 4500000), ("45 000", 4500000), ("45\u202f000,5", 4500050),
        ("1.234.567,89", 123456789), ("1,234,567.89", 123456789), ("€ 12", 1200), ("12 €", 1200), ("٤٥٠٠٠", 4500000),
        ("0,01", 1), ("45'000", 4500000),
    ],
)  # fmt: skip
def test_money_is_read_as_people_write_it(typed: str, cents: int) -> None:
    assert cents_of(typed) == cents


@pytest.mark.parametrize("typed", ["", "1,2,3", "12,34,567", "1e5", "10000000000000000", "½", "1,", ",5", "--1", "²"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        cents_of(typed)


@pytest.mark.parametrize("lang", i18n.SHIPPED)
@pytest.mark.parametrize("cents", [1, 100, 123456, 4500000])
def test_an_amount_that_is_shown_can_be_sent_back(lang: str, cents: int) -> None:
    with i18n.use_locale(lang):
        form = Sample(None, meta={"csrf": False}, data={"cost": cents})
        assert cents_of(form.cost.shown()) == cents
        assert cents_of(i18n.money(cents).replace("ر.ق", "")) == cents


def test_a_moment_is_shown_on_the_citys_clock() -> None:
    form = Sample(None, meta={"csrf": False}, data={"opens": datetime(2027, 1, 5, 16, 30, tzinfo=UTC)})
    assert 'value="2027-01-05T18:30"' in drawn(form, "{{ ui.field(form.opens) }}")


def test_a_file_is_its_upload_or_nothing() -> None:
    file = FileStorage(io.BytesIO(b"x"), "bench.jpg")
    data: MultiDict[str, Any] = MultiDict([("title", "A bench"), ("picture", file)])
    form = Sample(data, meta={"csrf": False})
    assert form.validate() and form.picture.data is file
    empty = FileStorage(io.BytesIO(b""), "")
    assert Sample(MultiDict([("picture", empty)]), meta={"csrf": False}).picture.data is None


def test_a_required_answer_is_missed_in_every_kind_of_field() -> None:
    class Strict(f.Form):
        a = f.Text(_l("A"), [f.required()])
        b = f.Checks(_l("B"), [f.required()], choices=[("x", "X")])
        c = f.YesNo(_l("C"), [f.required()])
        d = f.Day(_l("D"), [f.required()])
        e = f.Radios(_l("E"), [f.required()], choices=[("x", "X")])
        g = f.Picture(_l("G"), [f.required()])
        h = f.Whole(_l("H"), [f.required()])

    form = Strict(MultiDict([("h", "x"), ("a", "  ")]), meta={"csrf": False})
    assert not form.validate()
    texts = dict(form.error_list())
    assert set(texts) == {"a", "b", "c", "d-day", "e", "g", "h"}
    assert texts.pop("h") == "H: Enter a whole number, such as 15."  # one sentence, not two
    assert {text[1:] for text in texts.values()} == {": Answer this question."}
    assert [str(text) for text in form.h.errors] == ["Enter a whole number, such as 15."]


def test_every_error_is_in_the_description_of_its_field_and_every_link_leads_somewhere() -> None:
    form = filled(
        title="", text="a" * 21, mail="x", people="x", cost="x", opens="x", place="9", kind="z", tags="z", day__day="x"
    )
    html = drawn(form, "{{ ui.error_summary(form) }}{{ ui.fields(form) }}")
    ids = set(re.findall(r'\sid="([^"]+)"', html))
    targets = re.findall(r'<li><a href="#([^"]+)">', html)
    assert len(targets) == len(form.error_list()) >= 10
    assert set(targets) <= ids
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()
    assert set(described) <= ids
    errors = set(re.findall(r'id="([\w-]+-error)"', html))
    assert len(errors) >= 10 and errors <= set(described)
    assert "title-hint title-error" in html, "the hint stays when an error shows"


def test_a_field_without_a_hint_has_no_hint_and_no_description() -> None:
    html = drawn(filled(), "{{ ui.field(form.mail) }}")
    assert "-hint" not in html and "aria-describedby" not in html


def test_a_group_has_a_legend_and_its_error_leads_to_the_first_answer() -> None:
    form = filled(kind="z")
    html = drawn(form, "{{ ui.field(form.kind) }}")
    assert re.search(r"<fieldset[^>]*aria-describedby=\"kind-error\"[^>]*>\s*<legend", html)
    assert ("kind", "Kind: Choose one of the answers in the list.") in form.error_list()
    assert 'id="kind" name="kind" type="radio"' in html and 'id="kind-2"' in html


def test_the_hint_of_an_answer_belongs_to_the_answer() -> None:
    html = drawn(filled(), "{{ ui.field(form.kind) }}")
    assert 'aria-describedby="kind-item-hint"' in html and "Tick many." in html


def test_a_long_text_says_how_much_fits() -> None:
    html = drawn(filled(), "{{ ui.field(form.text) }}")
    assert "You can use up to 20 characters." in html and 'aria-describedby="text-left"' in html


def test_what_people_type_is_never_markup() -> None:
    nasty = '"><script>alert(1)</script>'
    typed = [(name, nasty) for name in ("title", "text", "mail", "day-day", "kind")]
    form = Sample(MultiDict(typed), meta={"csrf": False})
    form.validate()
    html = drawn(form, "{{ ui.error_summary(form) }}{{ ui.fields(form) }}")
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_no_sentence_of_the_form_library_reaches_a_person() -> None:
    form = filled(title="", mail="x", people="x", cost="x", opens="x", place="x", kind="x", tags="x", day__day="x")
    for _id, text in form.error_list():
        assert not FOREIGN.search(text), text


def test_a_lost_token_is_a_sentence_without_a_dead_link(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    form = Sample(MultiDict([("title", "A bench")]))
    assert not form.validate()
    assert (None, "This form was open for too long. Send it again.") in form.error_list()


def test_a_check_of_the_form_itself_stands_in_the_summary() -> None:
    class Dates(f.Form):
        first = f.Whole(_l("First"))

        def validate_first(self, field: Any) -> None:
            raise f.Wrong("The first comes first.")

    form = Dates(MultiDict([("first", "3")]), meta={"csrf": False})
    assert not form.validate()
    assert form.error_list() == [("first", "The first comes first.")]


def test_a_summary_of_many_boxes_names_the_box_and_its_language() -> None:
    class Texts(f.Form):
        title_en = f.Text(_l("Title"), [f.length(max=3)], attributes={"lang": "en"})
        title_de = f.Text(_l("Title"), [f.length(max=3)], attributes={"lang": "de"})
        x = f.Whole(_l("Across"), [f.between(min=0, max=100)])
        y = f.Whole(_l("Down"), [f.between(min=0, max=100)])

    form = Texts(MultiDict([("title_de", "Bank"), ("x", "900")]), meta={"csrf": False})
    assert not form.validate()
    assert form.error_list() == [
        ("title_de", "Title (Deutsch): Use at most 3 characters."),
        ("x", "Across: It must be from 0 to 100."),
    ]


def test_a_box_that_asks_a_question_takes_no_colon_in_the_summary() -> None:
    class Asked(f.Form):
        why = f.Text(_l("Why?"), [f.length(max=3)])
        x = f.Whole(_l("Across"), [f.between(min=0, max=100)])
        y = f.Whole(_l("Down"), [f.between(min=0, max=100)])
        z = f.Whole(_l("Deep"), [f.between(min=0, max=100)])

    form = Asked(MultiDict([("why", "Bank"), ("x", "900")]), meta={"csrf": False})
    assert not form.validate()
    assert [text for _id, text in form.error_list()][:2] == [
        "Why? Use at most 3 characters.",
        "Across: It must be from 0 to 100.",
    ]


def test_what_was_typed_is_known_by_the_labels_of_the_page() -> None:
    class Known(f.Form):
        story_fr = f.LongText(_l("Story"), attributes={"lang": "fr"})
        hidden_thing = f.Hidden("")
        picked = f.Select(_l("Picked"))

    assert f.label_of("story_fr") == "Story (Français)"
    assert f.label_of("hidden_thing") is None and f.label_of("picked") is None and f.label_of("csrf_token") is None

    class Other(f.Form):
        story_fr = f.Text(_l("Novel"))

    assert f.label_of("story_fr") == ""  # two forms call it differently: better no name than a wrong one


def test_filters_read_the_address(app: Flask) -> None:
    class Filters(f.GetForm):
        q = f.Search(_l("Search"))
        place = f.Select(_l("Place"), choices=[("a", "A")], blank=_l("All"))

    with app.test_request_context("/en/x?q=bench&place=a"):
        form = Filters()
        assert (form.q.data, form.place.data, form.validate()) == ("bench", "a", True)
    with app.test_request_context("/en/x?place=zzz"):
        form = Filters()
        assert not form.validate()
        assert 'value="a" selected' not in drawn(form, "{{ ui.field(form.place) }}")


def test_choices_may_be_set_later() -> None:
    form = Sample(MultiDict([("title", "A bench"), ("place", "7")]), meta={"csrf": False})
    form.place.choices = [(7, "Quay")]
    assert form.validate() and form.place.data == 7
    assert '<option value="7" selected>Quay</option>' in drawn(form, "{{ ui.field(form.place) }}")


def test_choices_in_another_language_say_so() -> None:
    form = filled(place="7")
    bench, quay = Said.own("مقعد <b>", "ar"), Said.own("Quay", "en")
    numbered = Spoken.within(f"12: {HOLE}", bench)
    form.place.choices = [(7, bench), (8, quay), (9, numbered)]
    html = drawn(form, "{{ ui.field(form.place) }}")
    assert '<option value="7" selected lang="ar" dir="rtl">مقعد &lt;b&gt;</option>' in html
    assert '<option value="8">Quay</option>' in html  # the page's own needs no mark
    assert '<option value="9" lang="ar" dir="rtl">12: \u2068مقعد &lt;b&gt;\u2069</option>' in html
    form.kind.choices = [("a", numbered, bench), ("k", quay, quay)]
    html = drawn(form, "{{ ui.field(form.kind) }}")
    marked = '<bdi lang="ar" dir="rtl">مقعد &lt;b&gt;</bdi>'
    assert f">12: {marked}</label>" in html and f'govuk-radios__hint">{marked}</div>' in html
    assert ">Quay</label>" in html and 'lang="en"' not in html
    form.place.choices = languages(["en", "ar"])
    html = drawn(form, "{{ ui.field(form.place) }}")
    assert (
        '<option value="ar" lang="ar" dir="rtl">العربية</option>' in html
        and '<option value="en">English</option>' in html
    )


@pytest.mark.parametrize(
    ("query", "narrows"),
    [
        ("", False),
        ("q=bench", False),
        ("q=&place=&sort=new", False),
        ("place=a", True),
        ("sort=old", True),
        ("day-day=3", True),
    ],
)
def test_filters_are_in_sight_where_one_is_set(app: Flask, query: str, narrows: bool) -> None:
    class Filters(f.GetForm):
        q = f.Search(_l("Search"))
        place = f.Select(_l("Place"), choices=[("a", "A")], blank=_l("All"))
        sort = f.Select(_l("Sort by"), choices=[("new", "New"), ("old", "Old")])
        day = f.Day(_l("Day"))

    with app.test_request_context(f"/en/x?{query}"):
        form = Filters()
        assert form.narrows() is narrows
        html = drawn(form, "{% call ui.more(form) %}{{ ui.field(form.place) }}{% endcall %}")
        assert ('<details class="fm-more" open>' in html) is narrows and 'id="place"' in html
