"""What people are told about the check of ideas."""

from portal.base.feature import Notice
from portal.base.i18n import _l

NOTICES = [
    Notice(
        "idea.given",
        "work",
        _l("An idea to value: %(idea)s"),
        _l("You have the idea %(idea)s to value, or your department has it: by %(day)s."),
    ),
    Notice(
        "idea.checked",
        "ideas",
        _l("Your idea is being checked: %(idea)s"),
        _l("The city looks at your idea %(idea)s, by %(day)s. Its page shows who has it."),
    ),
    Notice(
        "idea.valued",
        "ideas",
        _l("What the city found: %(idea)s"),
        _l("%(result)s: %(idea)s. The explanation stands on its page."),
    ),
    Notice(
        "idea.valued_own",
        "ideas",
        _l("What the city found about your idea: %(idea)s"),
        _l("%(result)s: %(idea)s. The explanation stands on its page. There you can object to it until %(day)s."),
    ),
    Notice(
        "idea.objection_waits",
        "work",
        _l("An objection waits for a decision: %(idea)s"),
        _l("An author objects to what was decided about the idea %(idea)s. It is to be decided by %(day)s."),
    ),
    Notice(
        "idea.objection_decided",
        "ideas",
        _l("An objection about your idea was decided: %(idea)s"),
        _l("%(outcome)s: %(idea)s. These are the reasons; everybody can read them on its page."),
    ),
    Notice(
        "idea.short_list",
        "ideas",
        _l("The short list is out: %(call)s"),
        _l("The supports were counted. The list of %(call)s and the rule by which it was made stand on one page."),
    ),
    Notice(
        "idea.shortlisted",
        "ideas",
        _l("Your idea is on the short list: %(idea)s"),
        _l("Your idea %(idea)s goes on: it is on the short list."),
    ),
    Notice(
        "idea.unpicked",
        "ideas",
        _l("Your idea is off the short list: %(idea)s"),
        _l("The city council has taken your idea %(idea)s off the short list. These are its reasons."),
    ),
]
