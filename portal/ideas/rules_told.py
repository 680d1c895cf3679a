"""The set phrases that tell people what happened between ideas."""

from __future__ import annotations

from portal.base.feature import Notice
from portal.base.i18n import _l

NOTICES = [
    Notice(
        "idea.withdrawn_by_co_author",
        "ideas",
        _l("%(name)s has withdrawn an idea of which you are an author"),
        _l(
            "%(name)s, an author like you, has withdrawn the idea %(idea)s. This is the reason; everybody can read it on "
            "the page of the idea. If you want to go on with it, you can hand it in as an idea of your own."
        ),
    ),
    Notice(
        "idea.same",
        "ideas",
        _l("Is your idea the same as another one?"),
        _l(
            "Somebody says that %(idea)s and %(into)s are the same. You are an author of one of them: say on the page of "
            "the proposal whether you agree. If the authors of both agree, the two are joined; else the staff decide."
        ),
    ),
    Notice(
        "idea.same_joined",
        "ideas",
        _l("Two ideas that you called the same are joined"),
        _l("%(idea)s and %(into)s are one now, as you proposed."),
    ),
    Notice(
        "idea.same_declined",
        "ideas",
        _l("Two ideas stay apart"),
        _l(
            "Somebody had said that %(idea)s and %(into)s are the same. The staff leave them apart; the reason stands on "
            "the page of the proposal."
        ),
    ),
    Notice(
        "idea.merged_own",
        "ideas",
        _l("Your idea was joined with another one: %(idea)s"),
        _l(
            "Your idea %(idea)s lives on in %(into)s. Its supports count there, its address leads there, and its text "
            "stays readable. You are invited to be an author of it: accept or decline on its page."
        ),
    ),
    Notice(
        "idea.merged_by_city",
        "ideas",
        _l("The city has joined your idea with another one: %(idea)s"),
        _l(
            "Your idea %(idea)s lives on in %(into)s. Its supports count there, its address leads there, and its text "
            "stays readable. You are invited to be an author of that idea: accept or decline on its page. If you do not "
            "agree, you may object until %(day)s, on the page of your idea as it was."
        ),
    ),
    Notice(
        "idea.merged_here",
        "ideas",
        _l("Another idea was joined with yours: %(into)s"),
        _l(
            "Your idea %(into)s now also holds %(idea)s, with its supports. Its authors are invited to be named beside you."
        ),
    ),
    Notice(
        "idea.merged",
        "ideas",
        _l("An idea was joined with another one: %(idea)s"),
        _l("You follow %(idea)s. It lives on in %(into)s, and you follow that one now."),
    ),
    Notice(
        "idea.support_moved",
        "ideas",
        _l("An idea that you support was joined with another one"),
        _l(
            "You support %(idea)s. It was joined with %(into)s, and your support counts there now. If you do not want "
            "that, take it back with one click on its page."
        ),
    ),
    Notice(
        "idea.support_once",
        "ideas",
        _l("Two ideas that you support were joined"),
        _l(
            "You support %(idea)s and %(into)s. They were joined, and your support counts once. If you do not want that, "
            "take it back with one click on the page."
        ),
    ),
    Notice(
        "idea.parted",
        "ideas",
        _l("An idea stands by itself again: %(idea)s"),
        _l("%(idea)s was joined with %(into)s. It stands by itself again, with the supports that came with it."),
    ),
    Notice(
        "idea.support_back",
        "ideas",
        _l("An idea that you support stands by itself again"),
        _l(
            "%(idea)s was joined with %(into)s and stands by itself again. Your support counts for %(idea)s, as before."
        ),
    ),
    Notice(
        "idea.moved",
        "ideas",
        _l("An idea was moved: %(idea)s"),
        _l(
            "The city has put %(idea)s into another call or another district. Its number, its address and its supports "
            "are the same."
        ),
    ),
    Notice(
        "idea.support_elsewhere",
        "ideas",
        _l("An idea that you support is in another call now"),
        _l(
            "You support %(idea)s. The city has put it into another call, and the rules and dates of that call count "
            "from now on. If you do not want that, take your support back with one click on its page."
        ),
    ),
    Notice(
        "idea.split",
        "ideas",
        _l("An idea was split: %(idea)s"),
        _l(
            "The city has split %(idea)s into %(n)s parts. The first one keeps number, address and supports; the others are "
            "linked on its page."
        ),
    ),
    Notice(
        "idea.unsplit",
        "ideas",
        _l("An idea is whole again: %(idea)s"),
        _l(
            "The city had split %(idea)s and has undone that. Its earlier wording stands there again, and the addresses of "
            "the other parts lead to it. This is the reason."
        ),
    ),
    Notice(
        "idea.support_unsplit",
        "ideas",
        _l("An idea that you support is whole again"),
        _l(
            "You support %(idea)s. The city had split it and has undone that; its earlier wording stands there again. Your "
            "support counts for it as before; if you do not want that, take it back on its page. This is the reason."
        ),
    ),
    Notice(
        "idea.support_split",
        "ideas",
        _l("An idea that you support was split"),
        _l(
            "You support %(idea)s. The city has split it into %(n)s parts. Your support stays with the first one; on its "
            "page you can support the others, too, or take yours back."
        ),
    ),
]
