"""What people are told about their cases, in set phrases. Pure."""

from portal.base.feature import Notice, Topic
from portal.base.i18n import _l

TOPICS = [
    Topic("case", _l("Your applications and cases"), required=True, personal=True),
    Topic("case_desk", _l("Cases on my desk"), personal=True, staff=True),
]

NOTICES = [
    Notice(
        "case.filed",
        "case",
        _l("Received: %(title)s"),
        _l("Your application “%(title)s” is here. Its reference is %(reference)s."),
    ),
    Notice(
        "case.checking",
        "case",
        _l("Being checked: %(title)s"),
        _l("An officer now checks your application “%(title)s” (%(reference)s)."),
    ),
    Notice(
        "case.asked",
        "case",
        _l("We need something from you: %(title)s"),
        _l(
            "For your application “%(title)s” (%(reference)s) something is missing or has to be corrected. Answer until "
            "%(until)s. Until your answer is here, the time of the law stands still."
        ),
    ),
    Notice(
        "case.message_out",
        "case",
        _l("A message about: %(title)s"),
        _l("The city has written to you about your application “%(title)s” (%(reference)s)."),
    ),
    Notice(
        "case.extended",
        "case",
        _l("More time is needed: %(title)s"),
        _l("The decision on “%(title)s” (%(reference)s) takes longer. The page says why, and the new day."),
    ),
    Notice(
        "case.granted",
        "case",
        _l("Granted: %(title)s"),
        _l("Your application “%(title)s” (%(reference)s) is granted. The paper is on the page of the case."),
    ),
    Notice(
        "case.refused",
        "case",
        _l("Refused: %(title)s"),
        _l(
            "Your application “%(title)s” (%(reference)s) is refused. The page of the case gives the reasons, and says how "
            "you can appeal and until when."
        ),
    ),
    Notice(
        "case.soon_gone",
        "case",
        _l("Not sent yet: %(title)s"),
        _l("Your application “%(title)s” has not been sent. It is deleted on %(until)s unless you go on with it."),
    ),
    Notice(
        "case.answered",
        "case_desk",
        _l("Answered: %(title)s"),
        _l("The applicant has answered in case %(reference)s (“%(title)s”)."),
    ),
    Notice(
        "case.message_in",
        "case_desk",
        _l("Message in a case: %(title)s"),
        _l("The applicant has written in case %(reference)s (“%(title)s”)."),
    ),
    Notice(
        "case.withdrawn",
        "case_desk",
        _l("Withdrawn: %(title)s"),
        _l("The application in case %(reference)s (“%(title)s”) was taken back."),
    ),
    Notice(
        "case.due_soon",
        "case_desk",
        _l("Due soon: %(title)s"),
        _l("Case %(reference)s (“%(title)s”) has to be decided by %(due)s."),
    ),
    Notice(
        "case.late",
        "case_desk",
        _l("Late: %(title)s"),
        _l("Case %(reference)s (“%(title)s”) should have been decided by %(due)s."),
    ),
]
