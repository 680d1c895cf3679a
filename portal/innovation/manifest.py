"""The sign on the door of innovation."""

from portal.base.feature import Dataset, Feature, Feed, Kind, Menu, Mine, Notice, Role, Topic
from portal.base.i18n import _l
from portal.innovation import (
    actions_content,
    api,
    queries,
    records,
    rules,
    staff,
    staff_money,
    staff_pilot,
    staff_questions,
    views,
)
from portal.innovation.models import Proposal

FEATURE = Feature(
    name="innovation",
    no_paper={
        "ProposalForm": "a clerk helps with this one page like with every page, and staff propose for themselves",
        "TakeBackForm": "it takes back a proposal that stands here",
    },
    blueprints=[views.pages, api.api, staff.desk],
    menu=[Menu(_l("Innovation"), "innovation.index", order=8)],
    staff_menu=[
        Menu(_l("Innovation"), "innovation_staff.index", roles=rules.READERS, order=14),
        Menu(_l("Innovation funds"), "innovation_staff.funds", roles=rules.READERS, order=15),
    ],
    roles=[Role(rules.LEAD, _l("Innovation lead")), Role(rules.COACH, _l("Innovation coach"))],
    kinds=[
        Kind(
            queries.KIND,
            Proposal,
            "innovation.proposal",
            _l("Proposal"),
            found=queries.hits,
            content=actions_content.CONTENT,
            discussed=actions_content.DISCUSSION,
        ),
    ],
    onward=queries.onward,
    topics=[Topic("innovation", _l("Innovation: proposals and pilots"))],
    notices=[
        Notice(
            "innovation.decided",
            "innovation",
            _l("Decided: %(title)s"),
            _l("The city has decided about the proposal “%(title)s”: %(result)s. The reason stands on its page."),
        ),
        Notice(
            "innovation.coach",
            "innovation",
            _l("Your proposal has a coach: %(title)s"),
            _l("%(name)s accompanies your proposal “%(title)s” from now on and will get in touch with you."),
        ),
        Notice(
            "innovation.yours",
            "innovation",
            _l("You are the coach of a proposal: %(title)s"),
            _l("You accompany “%(title)s” from now on. Talk to who proposed it, and write the plan of the pilot."),
        ),
        Notice(
            "innovation.not_yours",
            "innovation",
            _l("Another coach: %(title)s"),
            _l("A colleague accompanies “%(title)s” from now on."),
        ),
        Notice(
            "innovation.granted",
            "innovation",
            _l("Money for a pilot: %(title)s"),
            _l("Money from a fund was granted for “%(title)s”, which you accompany."),
        ),
        Notice(
            "innovation.begun",
            "innovation",
            _l("A pilot has begun: %(title)s"),
            _l(
                "The city tries “%(title)s” until %(day)s. Its page shows what is measured and when it would be stopped."
            ),
        ),
        Notice(
            "innovation.stop",
            "innovation",
            _l("The stop rule is met: %(title)s"),
            _l("The value %(value)s meets the threshold of “%(title)s”. Decide whether the pilot ends now."),
        ),
        Notice(
            "innovation.outcome",
            "innovation",
            _l("The outcome of a pilot: %(title)s"),
            _l("The pilot “%(title)s” has ended: %(outcome)s. Its page says what came out and what was learnt."),
        ),
    ],
    feeds=[Feed("innovation", _l("Innovation: decisions, pilots and outcomes"), "innovation.index", queries.feed)],
    mine=[
        Mine(
            "innovation",
            _l("Your proposals"),
            queries.mine,
            _l("You have not proposed anything to try yet."),
            start="innovation.new",
            order=28,
        )
    ],
    datasets=[
        Dataset(
            "innovation",
            _l("Innovation: proposals and pilots"),
            "innovation_api.table",
            ("csv",),
            _l("What was proposed, tried and learnt, with cost and outcome, failures included, without any person."),
        )
    ],
    personal=records.PERSONAL,
    todo=staff.todo,
    page=views.dress,
    wing=True,
)

# Modules whose views stand on the desk above: importing them is what puts the views there.
PIECES = (staff_money, staff_pilot, staff_questions)
