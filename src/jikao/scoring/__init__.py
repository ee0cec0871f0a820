"""From a scheme and evidence to marks, totals, grades and ranks, and back to the reasons."""
