"""What people are told about their cases, in set phrases. Pure."""

from portal.base.feature import Notice, Topic
from portal.base.i18n import _l

TOPICS = [
    Topic("case", _l("Your applications and cases"), required=True, personal=True, mandate="cases"),
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
        "case.fee",
        "case",
        _l("To be paid: %(title)s"),
        _l(
            "Your application “%(title)s” (%(reference)s) costs a fee. The page of the case says how much, how to pay it "
            "and until when."
        ),
    ),
    Notice(
        "case.paid",
        "case",
        _l("Paid: %(title)s"),
        _l("The fee of your application “%(title)s” (%(reference)s) is paid. The receipt is on the page of the case."),
    ),
    Notice(
        "case.fee_changed",
        "case",
        _l("Your fee: %(title)s"),
        _l(
            "Something has changed about the fee of your application “%(title)s” (%(reference)s). The page of the case "
            "shows what was paid and what is open."
        ),
    ),
    Notice(
        "case.refunded",
        "case",
        _l("Money back: %(title)s"),
        _l(
            "You get money back for your application “%(title)s” (%(reference)s). The page of the case says how much "
            "and why."
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
    Notice(
        "case.hearing",
        "case",
        _l("Others are asked: %(title)s"),
        _l(
            "In your application “%(title)s” (%(reference)s) the city asks others for a statement until %(until)s. You need "
            "not do anything."
        ),
    ),
    Notice(
        "case.consulted",
        "case_desk",
        _l("Your office is asked: %(title)s"),
        _l("In case %(reference)s (“%(title)s”) your office is asked for a statement until %(until)s."),
    ),
    Notice(
        "case.heard",
        "case_desk",
        _l("A statement: %(title)s"),
        _l("A statement came in case %(reference)s (“%(title)s”)."),
    ),
    Notice(
        "case.heard_over",
        "case_desk",
        _l("The hearing is over: %(title)s"),
        _l("In case %(reference)s (“%(title)s”) the last day for statements is over. Not everybody answered."),
    ),
    Notice(
        "case.appealed",
        "case",
        _l("Appeal received: %(title)s"),
        _l("Your appeal about “%(title)s” is here. Its reference is %(reference)s. It is to be decided by %(due)s."),
    ),
    Notice(
        "case.appeal_decided",
        "case",
        _l("Appeal decided: %(title)s"),
        _l("Your appeal %(reference)s about “%(title)s” is decided. Its page gives the outcome and the grounds."),
    ),
    Notice(
        "case.appeal_in",
        "case_desk",
        _l("Appeal: %(title)s"),
        _l("There is an appeal about “%(title)s” (%(reference)s). Somebody who did not decide has to handle it."),
    ),
    Notice(
        "case.appeal_back",
        "case_desk",
        _l("Appeal taken back: %(title)s"),
        _l("The appeal %(reference)s about “%(title)s” was taken back."),
    ),
    Notice(
        "case.appeal_soon",
        "case_desk",
        _l("Appeal due soon: %(title)s"),
        _l("The appeal %(reference)s about “%(title)s” has to be decided by %(due)s."),
    ),
    Notice(
        "case.appeal_late",
        "case_desk",
        _l("Appeal late: %(title)s"),
        _l("The appeal %(reference)s about “%(title)s” should have been decided by %(due)s."),
    ),
]
