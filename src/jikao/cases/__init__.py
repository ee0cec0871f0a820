"""A scheme's own tests: text files of cases, run through the real path (text → store → engine → results → pay).

A case states evidence and what must come out of it, or which problems must be reported. The product's presets and every
example of the specification are such cases.
"""

from jikao.cases.form import Case, case_files, read_cases
from jikao.cases.outcome import Miss, Outcome
from jikao.cases.run import run_case

__all__ = ["Case", "Miss", "Outcome", "case_files", "read_cases", "run_case"]
