"""The front door: what the product can do, one short function each. Command line and web call this and nothing below.

Functions take paths and plain values and return frozen values; what cannot be done raises ``Refused`` with every
problem found, and then nothing was written. Rooms are imported inside the functions: ``jikao --help`` must not wait
for an engine, and a receipt must not wait for a compiler.
"""

from jikao.api.evidence import import_file, mapping_names, new_store, open_store, propose_mapping
from jikao.api.forecast import pay_forecast, pay_whatif
from jikao.api.pay import (
    LedgerLine,
    MadeBatch,
    PayTable,
    PersonPay,
    batches,
    find_batch,
    ledger_lines,
    make_batch,
    none_yet,
    order_sheets,
    pay_balances,
    pay_folder,
    pay_statement,
    pay_table,
    period_table,
    price,
    sample_settings,
    verify_batch,
    write_pay_sheet,
    zip_batch,
)
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
    "LedgerLine", "MadeBatch", "PayTable", "PersonPay", "ResultRow", "ScoreOptions", "Scored", "batches", "check", "compare_runs",
    "diff_schemes", "explain", "find_batch", "find_run", "formatted", "import_file", "json_schema", "latest_run", "ledger_lines",
    "make_batch", "mapping_names", "needs", "new", "new_store", "none_yet", "open_store", "opened_run", "order_sheets", "pay_balances", "pay_folder", "pay_forecast",
    "pay_statement", "pay_table", "pay_whatif", "period_table", "preset_names", "price", "propose_mapping", "rehearse", "results", "run_cases", "runs_folder",
    "sample_settings", "scheme_file", "score", "shipped", "supposed", "today", "verify", "verify_batch", "write_formatted",
    "write_pay_sheet", "zip_batch", "zip_run",
]  # fmt: skip
