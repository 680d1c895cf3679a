"""What people are told about workshops, in set phrases. Pure."""

from portal.base.feature import Notice, Topic
from portal.base.i18n import _l

TOPIC = "workshops"
TOPICS = [
    Topic(
        "booking",
        _l("Your bookings: workshops, meetings and appointments"),
        required=True,
        personal=True,
        mandate="bookings",
    ),
    Topic(TOPIC, _l("Workshops: topics you want to hear of")),
]

NOTICES = [
    Notice(
        "workshop.booked",
        "booking",
        _l("Booked: %(title)s"),
        _l(
            "Your seat in “%(title)s” is booked: %(when)s, %(place)s. With this link you see all about it, and give it back."
        ),
    ),
    Notice(
        "workshop.waiting",
        "booking",
        _l("On the waiting list: %(title)s"),
        _l(
            "All seats in “%(title)s” (%(when)s, %(place)s) are taken. You are on the waiting list, and we tell you when a "
            "seat is free for you."
        ),
    ),
    Notice(
        "workshop.offered",
        "booking",
        _l("A seat is free for you: %(title)s"),
        _l("A seat in “%(title)s” (%(when)s, %(place)s) is kept for you until %(until)s. Say whether you want it."),
    ),
    Notice(
        "workshop.lapsed",
        "booking",
        _l("The seat went on: %(title)s"),
        _l("There was no answer in time, so the seat in “%(title)s” (%(when)s) went to the next person."),
    ),
    Notice(
        "workshop.given_back",
        "booking",
        _l("Cancelled: %(title)s"),
        _l("Your booking of “%(title)s” (%(when)s, %(place)s) is cancelled. Somebody else can have the seat now."),
    ),
    Notice(
        "workshop.moved",
        "booking",
        _l("Moved: %(title)s"),
        _l(
            "“%(title)s”, which was to begin on %(was)s, takes place on %(when)s, %(place)s. Your seat is kept. If it does "
            "not suit you, choose another day in a press or give it back."
        ),
    ),
    Notice(
        "workshop.left_out",
        "booking",
        _l("A day is left out: %(title)s"),
        _l("The day of “%(title)s” on %(was)s is not held. The other days stay as they are."),
    ),
    Notice(
        "workshop.called_off",
        "booking",
        _l("Not held: %(title)s"),
        _l(
            "“%(title)s” on %(when)s, %(place)s, will not be held. The page shows other days that you can book in a press."
        ),
    ),
    Notice(
        "workshop.reminder_week",
        "booking",
        _l("In a week: %(title)s"),
        _l(
            "“%(title)s” begins on %(when)s, %(place)s. If you cannot come, give the seat back: somebody may wait for it."
        ),
    ),
    Notice(
        "workshop.reminder_day",
        "booking",
        _l("Soon: %(title)s"),
        _l("“%(title)s” begins on %(when)s, %(place)s. We look forward to seeing you."),
    ),
    Notice(
        "workshop.still_using",
        "booking",
        _l("Do you still use it? %(title)s"),
        _l("Three months ago you took part in “%(title)s”. Do you still use what you learnt? One tap is enough."),
    ),
    Notice(
        "workshop.interest",
        TOPIC,
        _l("Offered now: %(title)s"),
        _l("You wanted to hear of it: “%(title)s” can be booked, %(when)s, %(place)s."),
    ),
    Notice(
        "workshop.wished",
        TOPIC,
        _l("You want to hear of: %(title)s"),
        _l("We write to you once “%(title)s” can be booked. With this link you see your wish, and take it away."),
    ),
]
