"""What all tests share: one temper for made-up data, one language for the command line."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ["JIKAO_LANG"] = "zh"  # whatever the machine's locale; read once, when jikao.cli is imported

# The same examples every time, so that a red run stays red; JIKAO_FUZZ=1 looks for new ones.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fuzz" if os.environ.get("JIKAO_FUZZ") else "house")
