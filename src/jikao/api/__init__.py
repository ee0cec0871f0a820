"""The front door: what the product can do, one short function each. Command line and web call this and nothing below.

Functions take paths and plain values and return frozen values; what cannot be done raises ``Refused`` with every
problem found, and then nothing was written. Rooms are imported inside the functions: ``jikao --help`` must not wait
for an engine, and a receipt must not wait for a compiler.
"""

from jikao.api.evidence import import_file, mapping_names, new_store, open_store, propose_mapping
from jikao.api.runs import (
    ResultRow,
    compare_runs,
    explain,
    find_run,
    latest_run,
    needs,
    opened_run,
    results,
    runs_folder,
    supposed,
    verify,
    zip_run,
)
from jikao.api.schemes import (
    check,
    diff_schemes,
    formatted,
    json_schema,
    new,
    preset_names,
    run_cases,
    scheme_file,
    shipped,
    write_formatted,
)
from jikao.api.scores import Scored, ScoreOptions, rehearse, score, today

__all__ = [
    "ResultRow", "ScoreOptions", "Scored", "check", "compare_runs", "diff_schemes", "explain", "find_run", "formatted", "import_file",
    "json_schema", "latest_run", "mapping_names", "needs", "new", "new_store", "open_store", "opened_run", "preset_names", "propose_mapping", "rehearse",
    "results", "run_cases", "runs_folder", "scheme_file", "score", "shipped", "supposed", "today", "verify", "write_formatted", "zip_run",
]  # fmt: skip
