"""Sealed runs: written once, checked by anybody, compared, corrected only by a new run that names the old one."""
