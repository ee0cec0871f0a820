from __future__ import annotations

from jikao.archive.canonical import Kind, TableSum
from jikao.archive.manifest import RUN, content_sum, run_id


def table(sha256: str) -> TableSum:
    return TableSum({"person": Kind.WORD}, 1, sha256)


def test_a_run_has_the_same_id_whatever_machine_and_whatever_order():
    evidence, results = {"people": table("1" * 64), "exams": table("2" * 64)}, {"results": table("3" * 64), "marks": table("4" * 64)}
    content = content_sum("a" * 64, "b" * 64, ["2011-12", "2011-11"], evidence, results)
    turned = [dict(reversed(part.items())) for part in (evidence, results)]
    assert content == content_sum("a" * 64, "b" * 64, ["2011-11", "2011-12"], *turned)
    assert run_id(content, None) == "b186d165a1cec2c5"
    assert run_id(content, "b186d165a1cec2c5") == "e3e3e28141e160f2"


def test_every_part_of_the_content_counts():
    parts = ["a" * 64, "b" * 64, ["2011-11"], {"people": table("1" * 64)}, {"results": table("3" * 64)}]
    others = ["c" * 64, "c" * 64, ["2011-12"], {"people": table("2" * 64)}, {"results": table("2" * 64)}]
    sums = {content_sum(*parts[:i], others[i], *parts[i + 1 :]) for i in range(5)} | {content_sum(*parts)}
    sums.add(content_sum(*parts[:3], {}, parts[4]))
    assert len(sums) == 7


def test_a_seal_fits_one_manifest_and_knows_itself_to_be_whole():
    seal = RUN.seal_text(b"{}").encode()
    assert RUN.is_whole(seal)
    assert seal != RUN.seal_text(b"{ }").encode()
    assert not any(RUN.is_whole(seal[:i] + bytes([seal[i] ^ 1]) + seal[i + 1 :]) for i in range(len(seal)))
    assert not RUN.is_whole(b"")
    assert not RUN.is_whole(b"\xff" * 50)
