"""The sign on the door of ideas."""

from portal.base.feature import Dataset, Feature, Feed, Job, Kind, Menu, Mine, Notice, Topic
from portal.base.i18n import _l
from portal.ideas import (
    actions_authors,
    actions_content,
    api,
    jobs,
    queries,
    queries_found,
    queries_own,
    queries_shortlist,
    records,
    records_value,
    rules_notices,
    rules_told,
    staff,
    staff_merge,
    staff_object,
    staff_shortlist,
    staff_todo,
    staff_value,
    views,
    views_own,
    views_same,
    views_submit,
    views_value,
)
from portal.ideas.models import Call, Idea

FEATURE = Feature(
    name="ideas",
    no_paper={
        "IdeaForm": "ideas on paper come with the signatures on paper; until then a clerk helps with these pages",
        "PlaceForm": "a step of an idea",
        "PictureForm": "a step of an idea",
        "FileForm": "a step of an idea",
        "SendForm": "the last step of an idea",
        "EditForm": "it changes an idea that stands here",
        "WithdrawForm": "it takes back an idea that stands here",
        "InviteForm": "it writes to a co-author of an idea that stands here",
        "SearchForm": "it keeps a search of this site",
        "ObjectForm": "it answers what stands on the page of an idea; a clerk helps with it like with every page",
        "SameForm": "it names two ideas that stand here",
    },
    blueprints=[views.pages, api.api, staff.desk],
    menu=[Menu(_l("Ideas"), "ideas.index", order=5)],
    staff_menu=[
        Menu(_l("Ideas"), "ideas_staff.index", roles=queries.STAFF, order=8),
        Menu(_l("Ideas to value"), "ideas_staff.valuations", roles=staff_value.DOOR, order=9),
    ],
    kinds=[
        Kind("call", Call, "ideas.call", _l("Call for ideas"), found=queries_found.calls),
        Kind(
            "idea",
            Idea,
            "ideas.idea",
            _l("Idea"),
            found=queries_found.ideas,
            content=actions_content.CONTENT,
            discussed=actions_content.DISCUSSION,
        ),
    ],
    jobs=[
        Job("ideas.tell_searches", jobs.tell_searches, every=900),
        Job("ideas.forget", jobs.forget, every=3600),
        Job("ideas.tell_valued", jobs.tell_valued),
        Job("ideas.tell_short_list", jobs.tell_short_list),
    ],
    topics=[Topic("ideas", _l("Ideas"))],
    notices=[
        Notice("idea.new", "ideas", _l("New idea: %(idea)s"), _l("Somebody has handed in an idea: %(idea)s")),
        Notice(
            "idea.search",
            "ideas",
            _l("New ideas fit your search “%(search)s”"),
            _l("Ideas that are new and fit: %(n)s"),
        ),
        Notice(
            "idea.withdrawn",
            "ideas",
            _l("An idea was withdrawn: %(idea)s"),
            _l("Its authors have withdrawn the idea %(idea)s. The reason stands on its page."),
        ),
        Notice(
            "idea.invited",
            "ideas",
            _l("%(name)s invites you to an idea"),
            _l("%(name)s asks you to be named as an author of the idea %(idea)s. Accept or decline on its page."),
        ),
        Notice(
            "idea.joined",
            "ideas",
            _l("%(name)s is now an author of your idea"),
            _l("%(name)s has accepted your invitation to the idea %(idea)s."),
        ),
        Notice(
            "idea.declined",
            "ideas",
            _l("An invitation was declined"),
            _l("Somebody whom you invited to the idea %(idea)s has declined."),
        ),
        *rules_notices.NOTICES,
        *rules_told.NOTICES,
    ],
    feeds=[Feed("ideas", _l("New ideas"), "ideas.index", queries_found.feed)],
    mine=[
        Mine(
            "ideas",
            _l("Your ideas"),
            queries_own.my_ideas,
            _l("You have not handed in an idea yet."),
            start="ideas.index",
            order=20,
        ),
        Mine(
            "supports",
            _l("Ideas that you support"),
            queries_own.my_supports,
            _l("You support no idea yet. Only you see this list."),
            order=25,
            alone=True,
        ),
    ],
    datasets=[
        Dataset(
            "ideas",
            _l("Ideas"),
            "ideas_api.table",
            ("csv",),
            _l("The ideas of a call with their state and the number of their supports, without any person."),
            queries_found.published,
        ),
        Dataset(
            "short-lists",
            _l("Short lists of ideas"),
            "ideas_api.ranking",
            ("csv",),
            _l(
                "The ideas of a call as they stood when its short list was frozen, with the place of each. Nobody is named."
            ),
            queries_shortlist.published,
        ),
    ],
    todo=staff_todo.todo,
    scopes={"process": queries.scopes},
    entered=actions_authors.entered,
    personal=[*records.PERSONAL, *records_value.PERSONAL],
    wing=True,
)

# Modules whose views stand on the blueprints above: importing them is what puts the views there.
PIECES = (views_own, views_submit, views_value, views_same, staff_object, staff_shortlist, staff_merge)
