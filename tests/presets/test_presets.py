"""The presets say everything the eight source documents say: one row per requirement, so that a missing one fails.

``CARRIED`` names, for each requirement (``S3.14``), the preset and the parts that carry it: ids of parts, ``grade:C``
for what a grade is paid, the name of a part without id (``principles``, ``raters``, ``grades``, ``conduct`` ...), or
``.field`` for a plain field the text must set. A part carries a requirement by naming it in its ``seed``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import jikao
from jikao.scheme.model import Indicator, Scheme, Section, Sourced
from jikao.scheme.problem import Problem, errors
from jikao.scheme.read import read_file
from jikao.scheme.text import Text

PRESETS = Path(jikao.__file__).parent / "presets"
NAMES = sorted(path.parent.name for path in PRESETS.glob("s*/scheme.yaml"))

REQUIREMENTS = {1: 18, 2: 17, 3: 37, 4: 18, 5: 29, 6: 14, 7: 14, 8: 30}
"""How many requirements each source document has; S3 has one more, S3.23a."""

CARRIED = """
S1.1  s1-indicators principles
S1.2  s1-indicators efficiency satisfaction knowledge teamwork
S1.3  s1-indicators requests solved resolution
S1.4  s1-indicators quality reopened sla csat
S1.5  s1-indicators internal internal_resolution
S1.6  s1-indicators competence first_response acknowledged solved
S1.7  s1-indicators csat
S1.8  s1-indicators renewals
S1.9  s1-indicators complaints
S1.10 s1-indicators principles
S1.11 s1-indicators exam training
S1.12 s1-indicators certificates
S1.13 s1-indicators sharing
S1.14 s1-indicators cross_department
S1.15 s1-indicators in_department
S1.16 s1-indicators principles .positions
S1.17 s1-indicators principles
S2.1  s2-form quality teamwork
S2.2  s2-form solving_time
S2.3  s2-form accuracy
S2.4  s2-form language
S2.5  s2-form expertise
S2.6  s2-form experience
S2.7  s2-form support
S2.8  s2-form coordination
S2.9  s2-form rules
S2.10 s2-form .settings
S2.11 s2-form 优秀
S2.12 s2-form 良好
S2.13 s2-form 合格
S2.14 s2-form 亚标准
S2.15 s2-form 不合格
S2.16 s2-form 优秀 良好 合格 亚标准 不合格
S2.17 s2-form principles 合格 亚标准 不合格
S3.1  s3-contract principles goal_setting
S3.2  s3-contract .positions
S3.3  s3-contract .family
S3.4  s3-contract .period
S3.7  s3-contract goal_setting
S3.8  s3-contract raters self_review superior_review
S3.9  s3-contract kpi
S3.10 s3-contract behaviour
S3.11 s3-contract kpi
S3.12 s3-contract plan_on_time
S3.13 s3-contract plan_on_time principles
S3.14 s3-contract plan_on_time
S3.15 s3-contract plan_on_time
S3.16 s3-contract records
S3.17 s3-contract records
S3.18 s3-contract false_record
S3.19 s3-contract unlogged_outing
S3.20 s3-contract incomplete principles
S3.21 s3-contract records principles
S3.22 s3-contract feedback
S3.23 s3-contract feedback
S3.23a s3-contract feedback incomplete
S3.24 s3-contract csat
S3.25 s3-contract csat principles
S3.26 s3-contract csat
S3.27 s3-contract csat
S3.28 s3-contract exam
S3.29 s3-contract exam
S3.30 s3-contract exam
S3.31 s3-contract exam
S3.32 s3-contract exam
S3.33 s3-contract attitude
S3.34 s3-contract attitude discretion
S3.35 s3-contract other_departments
S3.36 s3-contract other_departments attitude
S4.1  s4-standards principles publication
S4.2  s4-standards analysis
S4.3  s4-standards solution
S4.4  s4-standards speed
S4.5  s4-standards feedback
S4.6  s4-standards detail
S4.7  s4-standards patience
S4.8  s4-standards knowledge
S4.9  s4-standards research
S4.10 s4-standards innovation
S4.11 s4-standards cooperation
S4.12 s4-standards sharing
S4.13 s4-standards spirit
S4.14 s4-standards solving attitude technology teamwork
S4.15 s4-standards solving_meeting attitude_meeting raters superior_review
S4.16 s4-standards solving_survey attitude_survey solving_answers attitude_answers
S4.17 s4-standards principles
S4.18 s4-standards solving_meeting solving_survey technology
S5.1  s8-conduct conduct
S5.2  s8-points grades
S5.3  s8-points redistribution grade:A
S5.4  s5-output-value principles
S5.5  s5-output-value principles
S5.6  s5-profit attainment
S5.7  s5-output-value workload
S5.8  s5-output-value output_value principles
S5.9  s5-output-value output_value principles
S5.10 s5-output-value output_value
S5.11 s5-output-value principles
S5.12 s5-output-value principles
S5.13 s5-output-value principles
S5.14 s5-output-value principles
S5.15 s5-output-value principles
S5.16 s5-output-value output_value
S5.17 s5-output-value output_value
S5.18 s5-output-value principles
S5.19 s5-output-value output_value
S5.20 s5-output-value workload principles
S5.21 s5-output-value output_value
S5.22 s5-output-value principles
S5.23 s5-output-value advances
S5.24 s5-output-value advances
S5.25 s5-output-value advances
S5.26 s5-output-value advances
S5.27 s5-output-value advances
S5.28 s5-output-value advances
S5.29 s5-output-value principles
S6.1  s6-goals delivery_quality expertise
S6.2  s6-goals principles goal_setting
S6.3  s6-goals delivery code_quality bug_fixes test_coverage
S6.4  s6-goals progress tasks_on_time milestones
S6.5  s6-goals ability training research
S6.6  s6-goals teamwork sharing assisting
S6.7  s6-goals principles
S6.8  s6-goals 优秀
S6.9  s6-goals 良好
S6.10 s6-goals 合格
S6.11 s6-goals 待提升
S6.12 s6-goals 不合格
S6.13 s6-goals principles interview
S6.14 s6-goals principles result_use
S7.1  s7-rubric principles
S7.2  s7-rubric speed
S7.3  s7-rubric thoroughness
S7.4  s7-rubric solving_communication
S7.5  s7-rubric product
S7.6  s7-rubric tools
S7.7  s7-rubric research
S7.8  s7-rubric customer_communication
S7.9  s7-rubric outcome
S7.10 s7-rubric disputes
S7.11 s7-rubric team_communication
S7.12 s7-rubric sharing
S7.13 s7-rubric contribution
S7.14 s7-rubric solving expertise satisfaction teamwork
S8.1  s8-conduct principles result_use
S8.2  s8-conduct principles publication
S8.3  s8-conduct principles
S8.4  s8-conduct principles
S8.5  s8-conduct principles
S8.6  s8-conduct principles
S8.7  s8-conduct principles superior_review
S8.8  s8-conduct result_published interview
S8.9  s8-conduct principles appeal
S8.10 s8-conduct principles
S8.11 s8-conduct interview
S8.12 s8-conduct principles
S8.13 s8-conduct principles
S8.14 s8-conduct conduct company_rules
S8.15 s8-conduct company_rules
S8.16 s8-conduct company_rules conduct
S8.17 s8-conduct company_rules conduct
S8.18 s8-points tasks superior_review
S8.19 s8-points tasks task_points
S8.20 s8-points task_points
S8.21 s8-points task_points
S8.22 s8-points principles
S8.23 s8-points task_points
S8.24 s8-points task_points
S8.25 s8-points task_points
S8.26 s8-points A grade:A redistribution
S8.27 s8-points B grade:B
S8.28 s8-points C D grade:C grade:D
S8.29 s8-points E grade:E
S8.30 s8-points work_evaluation
"""

NOT_A_RULE = {
    "S1.18": "lost in the document: nothing is invented in its place",
    "S3.5": "documents: columns of the contract; their values are the indicators' own fields",
    "S3.6": "documents: columns of the contract; their values are standard, curve and record",
    "S3.37": "documents: the workbook with the contract's columns",
}
"""Requirements no part of a scheme carries, and the room that answers for them."""

LATER = {
    "S1.1": "web cycles: one result per active employee and cycle, or a recorded exemption",
    "S1.10": "web surveys: comments become improvement actions",
    "S2.16": "web reviews: the bands' words are shown to raters",
    "S2.17": "web reviews: a result needs a direction where its grade says so",
    "S3.1": "web contracts, documents: both sign; printed",
    "S3.7": "web contracts: promised resources, editable before signing",
    "S3.8": "web reviews: self and superior side by side",
    "S3.25": "web surveys: the list of calls at month end",
    "S4.1": "web cycles: the standard is visible before the period starts",
    "S4.15": "web reviews: the record of the meeting",
    "S4.16": "web surveys: questionnaires on schedule",
    "S4.17": "web scores: the personal performance file",
    "S5.8": "web work: only production management creates and splits orders",
    "S5.11": "web work: states of a task order",
    "S5.14": "web work: project groups",
    "S5.18": "web payouts: managers see but do not edit what is withheld",
    "S5.20": "web work: workload confirmed, then decided",
    "S5.25": "web payouts: approval by the general manager",
    "S5.29": "web people: establishment and heads",
    "S6.2": "web contracts: personal goals confirmed by both",
    "S6.11": "web reviews: improvement plan",
    "S6.12": "web reviews: improvement plan, record of training or transfer",
    "S6.13": "web reviews: development plan on every result",
    "S6.14": "web scores: read-only reference for promotion, salary and rewards",
    "S7.1": "web contracts: the rubric as goals",
    "S8.1": "web scores: log of the uses of results",
    "S8.2": "web cycles: publication and read receipts before the start",
    "S8.4": "web cycles: everybody in scope or exempt with a reason",
    "S8.5": "web cycles: one version per position and cycle",
    "S8.6": "web cycles: acknowledgement",
    "S8.7": "web cycles: monthly cycles open by themselves",
    "S8.8": "web reviews: notice and interview task",
    "S8.9": "web appeals: escalation up the reporting line",
    "S8.10": "web appeals: confidential to employee and handlers",
    "S8.11": "web reviews: the interview form with its four parts",
    "S8.12": "web reviews: the employee's own words",
    "S8.13": "web contracts: the plan for the next period",
    "S8.30": "documents: the two forms",
}
"""Beyond what the scheme says: behaviours of later rooms, by requirement."""

AMBIGUITIES = """
AMB-1  s1-indicators efficiency_weight 25
AMB-1  s1-indicators satisfaction_weight 25
AMB-1  s1-indicators knowledge_weight 25
AMB-1  s1-indicators teamwork_weight 25
AMB-1  s2-form quality_weight 50
AMB-1  s2-form teamwork_weight 50
AMB-1  s4-standards solving_weight 25
AMB-1  s4-standards attitude_weight 25
AMB-1  s4-standards technology_weight 25
AMB-1  s4-standards teamwork_weight 25
AMB-1  s6-goals weight_each 25
AMB-1  s7-rubric solving_weight 25
AMB-1  s7-rubric expertise_weight 25
AMB-1  s7-rubric satisfaction_weight 25
AMB-1  s7-rubric teamwork_weight 25
AMB-2  s2-form band_round 2
AMB-3  s3-contract self_weight 0
AMB-3  s3-contract superior_weight 100
AMB-4  s3-contract kpi_points 85
AMB-4  s3-contract other_points 15
AMB-5  s3-contract feedback_scale 1.5
AMB-5  s3-contract feedback_start 10
AMB-6  s3-contract csat_of answered
AMB-7  s3-contract csat_50_60 5
AMB-7  s3-contract csat_50_60_top 5
AMB-8  s4-standards face_to_face_weight 50
AMB-8  s4-standards survey_weight 50
AMB-9  s8-points redistribution_counts actual
AMB-10 s5-profit counted_share unset
AMB-10 s5-profit less_costs no
AMB-11 s5-output-value project_cost part3
AMB-12 s5-output-value progress_cap pool
AMB-13 s5-output-value liability fixed
AMB-13 s5-output-value manager_liability unset
AMB-13 s5-output-value minimum_wage unset
AMB-14 s6-goals poor_below 40
AMB-14 s6-goals weak_below 60
AMB-14 s6-goals good_from 80
AMB-14 s6-goals excellent_from 90
AMB-14 s6-goals several 2
AMB-14 s6-goals most 3
AMB-15 s8-conduct bonus_base bonus_base
AMB-16 s8-conduct minor 1%
AMB-16 s8-conduct ordinary 2.5%
AMB-16 s8-conduct serious 5%
AMB-16 s8-conduct by_discretion no
AMB-17 s8-points training_weight 20
AMB-17 s8-points evaluation_weight 20
AMB-17 s8-points bonus_points 5
AMB-18 s8-points shared_tasks split
AMB-19 s8-points a_from 90
AMB-19 s8-points d_from 40
AMB-19 s8-points e_withheld yes
AMB-20 s5-output-value profit_share unset
AMB-20 s5-output-value expense_share unset
AMB-20 s5-profit profit_share unset
AMB-21 s8-points points_against best
AMB-21 s8-points points_target 10
AMB-22 s1-indicators missing renormalise
AMB-22 s3-contract missing renormalise
AMB-22 s4-standards missing renormalise
AMB-22 s8-points missing renormalise
"""
"""Every ambiguity, the setting it is in a preset, and its documented default."""


def path_of(preset: str) -> Path:
    return PRESETS / preset / "scheme.yaml"


@cache
def scheme_of(preset: str) -> Scheme:
    scheme = read_file(path_of(preset)).scheme
    assert scheme is not None, preset
    return scheme


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def parts(value: Any, name: str = "") -> Iterator[tuple[str, Sourced]]:
    """Every part that states its source, by id, grade or the name of its field."""
    if isinstance(value, Sourced):
        grade = getattr(value, "grade", None)
        yield getattr(value, "id", f"grade:{grade}" if grade else name), value
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from parts(getattr(value, field), field)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from parts(item, key)
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item, name)


@cache
def seeds_of(preset: str) -> dict[str, set[str]]:
    """Part → the requirements it names."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, part in parts(scheme_of(preset)):
        found[name] |= set(part.seed.split())
    return found


def every_requirement() -> set[str]:
    return {f"S{document}.{n}" for document, count in REQUIREMENTS.items() for n in range(1, count + 1)} | {"S3.23a"}


def texts(value: Any) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from texts(getattr(value, field))
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in texts(item))
    elif isinstance(value, tuple):
        yield from (text for item in value for text in texts(item))


def test_there_is_a_preset_for_every_source_document() -> None:
    assert {name.split("-")[0] for name in NAMES} == {f"s{n}" for n in REQUIREMENTS}
    assert [scheme_of(name).scheme for name in NAMES] == NAMES


def test_every_requirement_is_in_the_table_once() -> None:
    carried = [row[0] for row in rows(CARRIED)]
    assert len(carried) == len(set(carried))
    assert {*carried, *NOT_A_RULE} == every_requirement()
    assert not {*carried} & {*NOT_A_RULE}
    assert {*LATER} <= every_requirement()


@pytest.mark.parametrize("row", rows(CARRIED), ids=lambda row: row[0])
def test_the_preset_carries_the_requirement(row: list[str]) -> None:
    requirement, preset, *names = row
    fields = [name[1:] for name in names if name.startswith(".")]
    assert [field for field in fields if field not in scheme_of(preset).model_fields_set] == []
    assert [name for name in names if not name.startswith(".") and requirement not in seeds_of(preset)[name]] == []


@pytest.mark.parametrize("preset", NAMES)
def test_every_seed_named_is_a_requirement(preset: str) -> None:
    assert {seed for seeds in seeds_of(preset).values() for seed in seeds} <= every_requirement()


@pytest.mark.parametrize("preset", NAMES)
def test_every_part_says_where_it_comes_from(preset: str) -> None:
    silent = [name for name, part in parts(scheme_of(preset)) if part.source == "seed" and not part.seed and part.model_fields_set]
    assert silent == []


@pytest.mark.parametrize("preset", NAMES)
def test_what_is_not_from_the_documents_says_so_in_a_note(preset: str) -> None:
    ours = [(name, part) for name, part in parts(scheme_of(preset)) if isinstance(part, Indicator | Section) and part.source != "seed"]
    assert [name for name, part in ours if not part.note.zh] == []


def test_anchors_lost_in_the_rubric_are_marked_as_ours() -> None:
    lost = {"outcome", "disputes", "team_communication", "sharing", "contribution"}
    assert {i.id for i in scheme_of("s7-rubric").indicators() if "default" in i.note.zh} == lost


def test_every_ambiguity_is_a_setting_of_some_preset() -> None:
    assert {row[0] for row in rows(AMBIGUITIES)} == {f"AMB-{n}" for n in range(1, 23)}
    listed = {(preset, name) for _, preset, name, _ in rows(AMBIGUITIES)}
    assert listed == {(preset, name) for preset in NAMES for name, setting in scheme_of(preset).settings.items() if setting.ambiguity}


@pytest.mark.parametrize("row", rows(AMBIGUITIES), ids=lambda row: f"{row[0]}-{row[2]}")
def test_the_ambiguity_has_its_documented_default(row: list[str]) -> None:
    ambiguity, preset, name, default = row
    setting = scheme_of(preset).settings[name]
    assert (setting.ambiguity, setting.meant) == (ambiguity, default)


@pytest.mark.parametrize("preset", NAMES)
def test_a_preset_has_no_problem_but_what_its_document_leaves_open(preset: str) -> None:
    assert {problem.code for problem in read_file(path_of(preset)).problems} == ({"scheme.unset"} if preset.startswith("s5-") else set())


@pytest.mark.parametrize("preset", NAMES)
def test_every_reading_can_be_chosen(preset: str) -> None:
    settings = scheme_of(preset).settings
    wrong: list[Problem] = []
    for reading in dict.fromkeys(name for setting in settings.values() for name in setting.readings):
        chosen = {name: reading for name, setting in settings.items() if reading in setting.readings}
        wrong += errors(read_file(path_of(preset), chosen).problems)
    assert wrong == []


@pytest.mark.parametrize("preset", NAMES)
def test_every_text_is_in_both_languages(preset: str) -> None:
    said = [text for text in texts(scheme_of(preset)) if text.zh]
    assert [text for text in said if not text.en.strip()] == []
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [text for text in said if chinese.search(text.zh) and text.zh == text.en] == []
