"""``./jk bench``: run.py, or another script of this folder by its name (``./jk bench scoring_only``)."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = ("generate", "scoring_only", "import_bench", "refresh_bench", "pay_bench", "run")

sys.path.insert(0, str(HERE))
chosen = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in SCRIPTS else "run"
runpy.run_path(str(HERE / f"{chosen}.py"), run_name="__main__")
