"""The sign on the door of processes: who takes part in a closed one, and questionnaires. The things that own a process
show the rest."""

from portal.base.feature import Dataset, Feature, Job, Kind, Menu, Mine, Notice, Topic
from portal.base.i18n import _l
from portal.processes import (
    actions_content,
    jobs,
    queries_questions,
    records,
    staff,
    staff_questions,
    staff_results,
    views,
    views_questions,
)
from portal.processes.actions_members import join_invited
from portal.processes.models import Process
from portal.processes.models_questions import Questionnaire, Reply

FEATURE = Feature(
    name="processes",
    blueprints=[views.pages, staff.desk, views_questions.pages, staff_questions.desk],
    no_paper={"JoinForm": "it enters a code that came on paper"},
    staff_menu=[Menu(_l("Questionnaires"), "questions_staff.index", roles=staff.ROLES, order=30)],
    kinds=[
        Kind("process", Process, None, _l("Process")),
        Kind("questionnaire", Questionnaire, "questions.show", _l("Questionnaire")),
        Kind(
            "questionnaire_text",
            Reply,
            "questions.results",
            _l("Text in the results of a questionnaire"),
            content=actions_content.CONTENT,
        ),
    ],
    jobs=[
        Job("processes.tell_open", jobs.tell_open, every=300),
        Job("processes.unlink", jobs.unlink, every=3600),
    ],
    topics=[Topic("questionnaires", _l("Questionnaires"))],
    notices=[
        Notice(
            "questionnaire.open",
            "questionnaires",
            _l("New questionnaire: %(title)s"),
            _l("The city asks about %(owner)s. You can answer until %(until)s."),
        ),
        Notice(
            "questionnaire.officers",
            "questionnaires",
            _l("Officers are asked too: %(title)s"),
            _l(
                "The city asks about %(owner)s, and officers answer in a group of their own. You can answer until %(until)s."
            ),
        ),
    ],
    mine=[
        Mine(
            "questionnaires",
            _l("Questionnaires"),
            queries_questions.mine,
            _l("There is no questionnaire for you now."),
            order=25,
            alone=True,
        )
    ],
    datasets=[
        Dataset(
            "questionnaire-results",
            _l("Results of questionnaires"),
            "questions.results_csv",
            ("csv",),
            _l("How often each answer was given, by groups of at least 10 people."),
            queries_questions.published,
        )
    ],
    made_sheets=views_questions.sheets,
    entered=join_invited,
    todo=staff_questions.todo,
    personal=records.PERSONAL,
)

# A module whose views stand on a blueprint above: importing it is what puts the views there.
PIECES = (staff_results,)
