"""The seed schemes in short, as rules, for the tests of one person's score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jikao.scheme.model import Scheme
from jikao.scheme.problem import errors
from jikao.scheme.read import read
from jikao.scheme.rules import Rules, rules_of

S3 = """
scheme: s3-contract
version: "1.0"
title: {zh: 售前售后技术支持绩效合约, en: Pre- and after-sales support contract}
valid_from: 2011-11-01
period: month
settings:
  csat_50_60:
    {title: {zh: 满意度 50–60 % 一档, en: CSAT of 50 to 60 %}, value: analogy, readings: {analogy: 5, strict: 0}, ambiguity: AMB-7}
  feedback_scale:
    {title: {zh: 反馈项折算, en: scale of feedback}, value: scaled, readings: {scaled: 1.5, literal: 1}, ambiguity: AMB-5}
sections:
  - id: kpi
    title: {zh: 关键业绩指标, en: KPI}
    points: 85
    seed: S3.9
    indicators:
      - id: plan_on_time
        title: {zh: 工作计划按时完成率, en: Plan completed on time}
        seed: S3.12
        points: 10
        measure: plan_on_time_rate
        standard: {zh: 按时完成工作量/计划工作量*100%, en: work done on time / work planned * 100%}
        curve:
          - {from: 90%, score: 10}
          - {from: 80%, score: 8}
          - {from: 70%, score: 7}
          - {from: 60%, score: 6}
          - {from: 50%, score: 5}
          - {from: 0, score: 2}
        record: {zh: 工作计划与工作总结, en: work plan and work summary}
      - id: records
        title: {zh: 售后跟踪记录完整性, en: Service records complete}
        seed: S3.16
        class: qualitative
        points: 40
        measure: deductions
        curve: [{from: 0, score: 40, each: -1}]
        entry:
          by: [dept_supervisor]
          kinds:
            false_record: {title: {zh: 虚假记录, en: false record}, each: 5}
            unlogged_outing: {title: {zh: 外出未记录, en: outing not logged}, each: 5}
            incomplete: {title: {zh: 记录不全面, en: incomplete record}, min: 0, max: 40}
      - id: feedback
        title: {zh: 客户信息反馈及时率, en: Customer feedback on time}
        seed: S3.22
        points: 15
        measure: {use: feedback_deductions, recipients: [部门主管, 销售部, 产品部]}
        curve: {scale: $feedback_scale, clauses: [{from: 0, score: 10, each: -1}]}
        entry: {by: [dept_supervisor], kinds: {incomplete: {min: 2, max: 8}}}
      - id: csat
        title: {zh: 客户满意度, en: Customer satisfaction}
        seed: S3.24
        points: 10
        measure: {use: csat, question: attitude}
        curve:
          - {from: 90%, score: 10}
          - {from: 80%, score: 8}
          - {from: 60%, score: 6}
          - {from: 50%, score: $csat_50_60, flag: {zh: 原文未规定 50–60 %(AMB-7), en: the source is silent on 50 to 60 % (AMB-7)}}
          - {below: 50%, score: 0}
      - id: exam
        title: {zh: 专业知识考核成绩, en: Exam}
        seed: S3.28
        points: 10
        measure: exam_score
        curve:
          - {from: 90, score: 10}
          - {from: 80, score: 8}
          - {from: 70, score: 6}
          - {from: 60, score: 5}
          - {from: 0, score: 0}
  - id: behaviour
    title: {zh: 非 KPI, en: Behaviour}
    points: 15
    seed: S3.10
    indicators:
      - id: attitude
        title: {zh: 工作态度积极, en: Attitude}
        class: behaviour
        points: 10
        measure: deductions
        curve: [{from: 0, score: 10, each: -1}]
        entry: {kinds: {late_task: {min: 0, max: 10}}}
      - id: service
        title: {zh: 服务于其它部门服务态度, en: Service to other departments}
        class: behaviour
        points: 5
        measure: {use: complaint_deductions, origin: department}
        curve: [{from: 0, score: 5, each: -1}]
        entry: {kinds: {attitude: {min: 2, max: 3}}}
grades:
  bands:
    - {id: 优秀, title: {zh: 优秀, en: excellent}, from: 90}
    - {id: 良好, title: {zh: 良好, en: good}, from: 80}
    - {id: 合格, title: {zh: 合格, en: fair}, from: 60}
    - {id: 亚标准, title: {zh: 亚标准, en: sub-standard}, from: 40}
    - {id: 不合格, title: {zh: 不合格, en: failed}, from: 0}
"""

BANDS = {"bands": [{"id": i, "title": i, "from": f} for i, f in (("优秀", 90), ("良好", 80), ("合格", 60), ("亚标准", 40), ("不合格", 0))]}
RATED: dict[str, Any] = {"measure": "rating", "curve": [{"from": 0, "score": 0, "each": 1}]}


def rated(name: str, **more: Any) -> dict[str, Any]:
    """A line that people rate from 0 to 100."""
    return {"id": name, "title": name, **RATED, **more}


def section(name: str, *indicators: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "indicators": list(indicators), **more}


def rules(*sections: dict[str, Any], **more: Any) -> Rules:
    """Rules of a small scheme."""
    basics = {"scheme": "test", "version": "1", "title": "test", "valid_from": "2024-01-01", "period": "month"}
    return rules_of(Scheme.model_validate(basics | {"sections": list(sections)} | more))


def s3(settings: Mapping[str, str] | None = None) -> Rules:
    """The S3 contract; settings may be given by name."""
    reading = read(S3, settings=settings)
    assert errors(reading.problems) == []
    assert reading.scheme is not None
    return rules_of(reading.scheme)


@cache
def s2() -> Rules:
    """The S2 form: two groups of two of two, equal weights."""

    def group(name: str) -> dict[str, Any]:
        subs = [section(f"{name}{i}", rated(f"{name}{i}a"), rated(f"{name}{i}b")) for i in (1, 2)]
        return {"id": name, "title": name, "sections": subs}

    return rules(group("质量"), group("合作"), grades=BANDS)


@cache
def s6() -> Rules:
    """S6: four indicators, a grade by counted conditions (F7)."""
    grades = {
        "rules": [
            {"id": "不合格", "title": "不合格", "when": [{"at_least": 2, "below": 40}]},
            {"id": "待提升", "title": "待提升", "when": [{"at_least": 2, "below": 60}]},
            {"id": "优秀", "title": "优秀", "when": [{"all": True, "from": 90}]},
            {"id": "良好", "title": "良好", "when": [{"at_least": 3, "from": 80}, {"none": True, "below": 60}]},
            {"id": "合格", "title": "合格"},
        ],
        "flags": [{"id": "one_weak", "text": {"zh": "有一项低于 60", "en": "one below 60"}, "when": [{"exactly": 1, "below": 60}]}],
    }
    return rules(*[section(f"s{i}", rated(f"i{i}")) for i in range(1, 5)], grades=grades)


@cache
def s8() -> Rules:
    """S8 quarterly: task points 60, sharing 20, evaluation 20, a bonus of at most 5, capped at 100."""
    tasks = {"id": "tasks", "title": "绩点", "weight": 60, "measure": "task_points", "curve": [{"from": 0, "score": 0, "each": 100}]}
    extra = {"id": "extra", "title": "加分", "bonus": 5, "measure": "sharing", "curve": [{"from": 0, "score": 0, "each": 1}]}
    bands = [{"id": i, "title": i, "from": f} for i, f in (("A", 90), ("B", 70), ("C", 60), ("D", 40), ("E", 0))]
    return rules(section("kpi", tasks, rated("sharing", weight=20), rated("evaluation", weight=20), extra), grades={"bands": bands})
