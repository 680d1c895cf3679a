"""Reading and writing .pb files."""

from __future__ import annotations

import pytest

from portal.voting.counting import pabulib
from portal.voting.counting.count import count
from portal.voting.counting.official import official
from portal.voting.counting.outcome import pot_document
from portal.voting.counting.profile import BadElection, Project, make_profile
from portal.voting.counting.rule import Rule
from tests.voting.counting.elections import SAMPLE, read_real

HEAD = "META\nkey;value\nbudget;100\nvote_type;{}\n"
SMALL = (
    HEAD.format("approval")
    + "PROJECTS\nproject_id;cost\nA/1;60\nB.2;50,5\nVOTES\nvoter_id;vote\n1;A/1,B.2\n2;A/1\n3;\n"
)


def parse(text: str) -> pabulib.Election:
    return pabulib.parse(text.encode())


def test_a_small_file() -> None:
    election = parse(SMALL)
    assert [(project.id, project.cost) for project in election.projects] == [("A/1", 6000), ("B.2", 5050)]
    assert (election.budget, election.voters, election.scale) == (10000, 3, 100)
    assert election.ballots == {("A/1", "B.2"): 1, ("A/1",): 1, (): 1}
    assert sorted(election.each_ballot()) == [(), ("A/1",), ("A/1", "B.2")]


def test_line_ends_a_mark_quotes_and_empty_lines_do_not_matter() -> None:
    windows = "\ufeff" + SMALL.replace("\n", "\r\n").replace("A/1,B.2", '"A/1,B.2"')
    assert parse(windows).ballots == parse(SMALL).ballots
    assert parse(SMALL.replace("VOTES", "\nVOTES") + "\n;;\n\n").ballots == parse(SMALL).ballots
    assert parse(SMALL.replace("PROJECTS\n", "PROJECTS;;\n")).ballots == parse(SMALL).ballots


def test_columns_are_found_by_name_and_kept() -> None:
    text = HEAD.format("approval") + "PROJECTS\ncost;name;project_id\n1;Bad; quoted;x\n"
    with pytest.raises(BadElection, match="line 7, column 4: more fields"):
        parse(text + "VOTES\nvote\nx\n")
    election = parse(text.replace("Bad; quoted", '"Good; quoted"') + "VOTES\nage;vote;voter_id\n99;x;1\n")
    assert election.rows == [{"cost": "1", "name": "Good; quoted", "project_id": "x"}]
    assert election.ballots == {("x",): 1}


def test_amounts_are_exact() -> None:
    election = parse(SMALL.replace("50,5", "0.125").replace("budget;100", "budget;100000.0"))
    assert election.scale == 1000
    assert [project.cost for project in election.projects] == [60000, 125]
    assert election.budget == 100_000_000
    assert [pabulib.money_text(amount) for amount in (123400, 123450, 5, 0)] == ["1234", "1234.5", "0.05", "0"]
    assert election.amount("12,5") == 12500


def test_points_and_ranks() -> None:
    points = (
        HEAD.format("cumulative") + "PROJECTS\nproject_id;cost\na;1\nb;1\nVOTES\nvoter_id;vote;points\n1;b,a,b;1,2,1\n"
    )
    assert parse(points).ballots == {(("b", 1), ("a", 2)): 1}
    ranks = (HEAD + "max_length;3\n").format(
        "ordinal"
    ) + "PROJECTS\nproject_id;cost\na;1\nb;1\nVOTES\nvoter_id;vote\n1;b,a,b\n"
    assert parse(ranks).ballots == {("b", "a"): 1}
    assert parse(ranks).profile().scores == (2, 3)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("A/1,B.2", "A/1,X"), r"line 11, column 2 \(vote\): entry 2: unknown project 'X'"),
        (("B.2;50,5", "B.2;5x"), r"line 8, column 2 \(cost\): '5x' is not an amount"),
        (("B.2;50,5", "B.2;-5"), r"line 8, column 2 \(cost\)"),
        (("B.2;50,5", "A/1;5"), r"line 8, column 1 \(project_id\): A/1 stands already in line 7"),
        (("B.2;50,5", ";5"), r"line 8, column 1 \(project_id\): empty"),
        (("approval", "liquid"), r"line 4, column 2 \(vote_type\)"),
        (("budget;100", "budget;much"), r"line 3, column 2 \(budget\)"),
        (("budget;100\n", ""), r"META has no budget"),
        (("project_id;cost", "project_id;price"), r"line 6, column 1: PROJECTS has no column cost"),
        (("voter_id;vote", "voter_id;choice"), r"line 10, column 1: VOTES has no column vote"),
        (("voter_id;vote\n", "voter_id;vote;vote\n"), r"line 10, column 3 \(vote\): column occurs twice"),
        (("PROJECTS", "PROJETS"), r"section PROJECTS is missing"),
        (("META", "MATE"), r"line 1, column 1: expected a section"),
        (("2;A/1", '2;"A/1'), r"line \d+"),
        (("2;A/1", "2;A/1;;x"), r"line 12, column 3: more fields"),
    ],
)
def test_a_broken_file_names_line_and_column(change: tuple[str, str], where: str) -> None:
    assert change[0] in SMALL
    with pytest.raises(BadElection, match=where):
        parse(SMALL.replace(*change))


def test_broken_points_choose_one_and_text() -> None:
    points = HEAD.format("cumulative") + "PROJECTS\nproject_id;cost\na;1\nb;1\nVOTES\nvoter_id;vote;points\n1;b,a;{}\n"
    with pytest.raises(BadElection, match=r"line 11, column 3 \(points\): 1 numbers for 2 projects"):
        parse(points.format("1"))
    with pytest.raises(BadElection, match=r"line 11, column 3 \(points\): '-1' is not a whole number"):
        parse(points.format("1,-1"))
    with pytest.raises(BadElection, match=r"line 11, column 2 \(vote\): a choose-1 ballot"):
        parse(SMALL.replace("approval", "choose-1"))
    with pytest.raises(BadElection, match="line 7: not UTF-8"):
        pabulib.parse(SMALL.encode().replace(b"A/1;60", b"A/1\xff;60"))


def test_what_is_written_reads_the_same() -> None:
    election = pabulib.read(SAMPLE)
    result = count(election.profile(), election.budget, Rule("greedy"))
    meta, rows = official(pot_document("p", result), "approval", election.meta, election.rows)
    text = pabulib.dump(meta, rows, election.kind, election.each_ballot())
    again = parse(text)
    assert text.startswith(SAMPLE.read_text().partition("VOTES")[0])
    assert again.ballots == election.ballots
    assert (again.meta, again.rows) == (election.meta, election.rows)


def test_no_voter_column_leaves_and_points_are_written() -> None:
    rows = [{"project_id": "a", "cost": "1", "secret": "x"}, {"project_id": "b", "cost": "2"}]
    text = pabulib.dump({"budget": "3"}, rows, "cumulative", [[["a", 1], ["b", 2]], []])
    assert text.endswith(
        "PROJECTS\nproject_id;cost;votes;score\na;1;1;1\nb;2;1;2\nVOTES\nvoter_id;vote;points\n1;b,a;2,1\n2;;\n"
    )
    assert "secret" not in text
    assert "max_length;2\n" in pabulib.dump({"budget": "3", "max_length": "8"}, rows, "approval", [])
    with pytest.raises(BadElection, match="cannot be written"):
        pabulib.dump({}, [{"project_id": "a,b", "cost": "1"}], "approval", [])
    with pytest.raises(BadElection, match="unknown project"):
        pabulib.dump({}, rows, "approval", [["z"]])


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (Rule("greedy"), "greedy"),
        (Rule("greedy", min_score=1), "greedy-threshold"),
        (Rule("greedy", on_misfit="stop"), "greedy-no-skip"),
        (Rule("greedy", "cardinality"), "greedy-custom"),
        (Rule("equal-shares", "cost"), "equalshares"),
        (Rule("equal-shares", "cost", completion="add1"), "equalshares/add1"),
        (Rule("equal-shares", "cost", completion="add1-greedy"), "unknown"),
    ],
)
def test_rules_have_an_official_name_only_where_it_is_true(rule: Rule, name: str) -> None:
    projects = [Project("a", 600), Project("b", 100), Project("c", 200, withdrawn=True)]
    made = make_profile(projects, "approval", [(("a",), 5), (("b",), 4), (("c",), 1)])
    rows = [{"project_id": project.id, "cost": str(project.cost // 100)} for project in projects]
    meta, ordered = official(pot_document("p", count(made, 650, rule)), "approval", {"comment": "#1: Old."}, rows)
    assert meta["rule"] == name
    assert [row["project_id"] for row in ordered] == ["a", "b", "c"]
    assert ordered[2]["cost"] == "999999999" and ordered[2]["selected"] == "0"
    assert ("#2: Counted by" in meta["comment"]) == (name in ("unknown", "greedy-custom"))


@pytest.mark.parametrize(
    ("name", "projects", "ballots", "kind"),
    [
        ("France_Toulouse_2019", 30, 1494, "cumulative"),
        ("France_Toulouse_2024", 183, 7260, "approval"),
        ("Netherlands_Amsterdam_289", 38, 7045, "approval"),
        ("Poland_Krakow_2024", 119, 65101, "ordinal"),
        ("Switzerland_Zurich_S5", 24, 180, "approval"),
    ],
)
def test_real_files_are_read_whole(name: str, projects: int, ballots: int, kind: str) -> None:
    election = read_real(name)
    assert (len(election.projects), election.voters, election.kind) == (projects, ballots, kind)
    declared = {row["project_id"]: int(row["votes"]) for row in election.rows}
    made = election.profile()
    assert {project.id: made.votes[place] for place, project in enumerate(made.projects)} == declared
