"""Grades and facts into money: conduct bonus, redistribution, bonus pools, output value, advances; one ledger under them."""
