"""The page of the city's answer to an idea, with everything that it said before."""

from __future__ import annotations

from flask import abort, render_template

from portal.base import db
from portal.base.security import public
from portal.ideas import queries_answers
from portal.ideas.views import find_idea, pages


@pages.get("/ideas/<number:number>/official")
@public
def official(number: int) -> str:
    """The answer to an idea: what the city says, who says it, what it said before, which other ideas it answers."""
    found, s = find_idea(number), db.session()
    answer = queries_answers.current(s, found.idea.id)
    if answer is None or found.idea.hidden_at is not None:
        abort(404)
    others, total = queries_answers.also(s, answer.id, found.idea.id)
    return render_template(
        "ideas/official.html",
        found=found,
        idea=found.idea,
        answer=answer,
        earlier=queries_answers.earlier(s, found.idea.id),
        others=others,
        total=total,
    )
