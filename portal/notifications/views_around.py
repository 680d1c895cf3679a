"""What lies around a place of the city: a page that everybody can look at and take home as a feed; those who are signed
in can be told what is new there."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import atom, db, i18n, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, back_to, public, signed_in
from portal.base.texts import Said
from portal.base.verdict import Verdict
from portal.notifications import actions_around as act
from portal.notifications import queries_around as queries
from portal.notifications.forms_around import AroundForm, KeepAroundForm
from portal.notifications.rules_around import Around
from portal.notifications.views import pages
from portal.places import queries as places
from portal.places.queries_plan import Plan, city_plan, city_scale
from portal.places.rules import Spot, clicked
from portal.places.rules_plan import Pin, Scale

PRESS = "spot"  # name of the button that is the plan
PER_PAGE = 20
_CLOSE = 100  # metres: so near to a known place a circle is called like it


class Asked(NamedTuple):
    """The city plan, the form as filled in, and the circle that it asks for, if any."""

    plan: Plan
    scale: Scale
    spots: list[tuple[str, Said, Spot]]
    form: AroundForm
    around: Around | None


def _asked() -> Asked:
    """What the address asks for; 404 where the city has no plan, or nobody said how wide it is."""
    plan, scale = city_plan(), city_scale()
    if plan is None or scale is None:
        abort(404)
    spots, kinds = places.spots(db.session()), queries.kinds()
    form = AroundForm.of(spots, kinds)
    return Asked(plan, scale, spots, form, _circle(form, plan, spots))


def _circle(form: AroundForm, plan: Plan, spots: list[tuple[str, Said, Spot]]) -> Around | None:
    pressed = clicked(request.args, PRESS, *plan.pressed)
    if not form.validate():
        return None
    if (form.x.data is None) != (form.y.data is None):
        form.y.errors = [str(_l("Enter both numbers, or none."))]
        return None
    if isinstance(pressed, Verdict):
        form.like.errors = [str(pressed.reason)]
        return None
    spot = pressed or {key: spot for key, _name, spot in spots}.get(form.like.data or "")
    if spot is None and form.x.data is not None:
        spot = Spot(form.x.data / 100, form.y.data / 100)
    if spot is None:
        if "go" in request.args:
            form.like.errors = [str(_l("Choose a place from the list, press the plan, or enter both numbers."))]
        return None
    every = [choice[0] for choice in form.kind.choices]
    kinds = [name for name in every if name in form.kind.data]
    return Around(spot.x, spot.y, form.metres.data, () if kinds == every else tuple(kinds))


@pages.get("/around")
@public
def around() -> ResponseReturnValue:
    """What is around a place: on the plan with its circle, and in words."""
    it = _asked()
    if it.around is not None and ("go" in request.args or f"{PRESS}.x" in request.args):
        return redirect(_url(".around", it.around), 303)  # one circle has one address, whichever way it was chosen
    found = queries.near(db.session(), it.scale, it.around, i18n.lang()) if it.around else []
    query = it.around.args() if it.around else {}
    paging = ui.paging(
        len(found), ui.page_number(request.args.get("page")), PER_PAGE,
        lambda n: ui.address(url_for(".around"), query, page=n),
    )  # fmt: skip
    close = it.plan.around(it.around.x, it.around.y, it.around.metres, it.scale) if it.around else it.plan
    shown = found[paging.offset : paging.offset + PER_PAGE]
    html = render_template(
        "notifications/around.html",
        form=it.form,
        plan=it.plan,
        circle=it.around,
        close=close,
        ring=close.ring(it.around.x, it.around.y, it.around.metres, it.scale) if it.around else None,
        name=_name(it) if it.around else "",
        pins=close.pins(
            Pin(one.it.x, one.it.y, one.it.title, url_for(one.it.endpoint, **one.it.args), str(n), one.it.lang)
            for n, one in enumerate(shown, paging.offset + 1)
        ),
        found=shown,
        total=len(found),
        paging=paging,
        labels={name: kind.label for name, kind in queries.kinds().items()},
        keep=_url(".keep_around", it.around) if it.around else "",
        feed=_url(".around_feed", it.around) if it.around else "",
        elsewhere=url_for(".around"),
    )
    return html, 422 if it.form.errors else 200


def _url(endpoint: str, circle: Around) -> str:
    return ui.address(url_for(endpoint), circle.args())


def _name(it: Asked) -> str:
    """What the middle of the circle is called, where something known is close to it."""
    assert it.around is not None
    circle = it.around
    near = [(it.scale.between(circle.x, circle.y, *spot), str(name)) for _key, name, spot in it.spots]
    metres, name = min(near, default=(_CLOSE + 1.0, ""))
    return name if metres <= _CLOSE else ""


@pages.get("/around.atom")
@public
def around_feed() -> Response:
    """The same as an Atom feed, for whoever wants no account."""
    it = _asked()
    if it.around is None:
        abort(404)
    name = _name(it)
    title = _("New around %(place)s", place=name) if name else _("New around a place in the city")
    return atom.answer(
        queries.news(queries.near(db.session(), it.scale, it.around, i18n.lang())),
        title=title,
        here=_url(".around_feed", it.around),
        page=_url(".around", it.around),
    )


@pages.route("/inbox/around", methods=["GET", "POST"])
@signed_in
def keep_around() -> ResponseReturnValue:
    """Be told what is new in a circle: its name is asked, and what it reaches is said again."""
    it = _asked()
    if it.around is None:
        return redirect(url_for(".around"), 303)
    form, status = KeepAroundForm(data={"name": _name(it)}), 200
    if form.is_submitted():
        if form.validate():
            verdict = act.keep(actor(), it.around, form.name.data or "")
            if not verdict:
                raise Refused(
                    verdict.reason or _l("This cannot be changed any more."), 409,
                    next_label=_l("Your places"), next_url=url_for(".wishes") + "#around",
                )  # fmt: skip
            flash(_("You will hear of what is new there."), "success")
            return redirect(url_for(".wishes") + "#around", 303)
        status = 422
    close = it.plan.around(it.around.x, it.around.y, it.around.metres, it.scale)
    html = render_template(
        "notifications/keep_around.html",
        form=form,
        plan=close,
        circle=it.around,
        ring=close.ring(it.around.x, it.around.y, it.around.metres, it.scale),
        kinds=[choice[1] for choice in it.form.kind.choices if not it.around.kinds or choice[0] in it.around.kinds],
        name=_name(it),
        back=_url(".around", it.around),
    )
    return html, status


@pages.post("/inbox/around/<int:around_id>/remove")
@signed_in
def remove_around(around_id: int) -> Any:
    """Hear of what is new in a circle no longer."""
    if not act.remove(actor(), around_id):
        abort(404)
    flash(_("You will not hear of that any more."), "success")
    return back_to(request.form.get("back"), url_for(".wishes") + "#around")
