"""Forecast: between what everybody's grade and pay end, and what the period costs, from the evidence to date."""

from jikao.payout.forecast.known import known_on
from jikao.payout.forecast.layout import as_json, as_text
from jikao.payout.forecast.outlook import outlook
from jikao.payout.forecast.values import Forecast, Part, PersonOutlook, PoolOutlook, Range, ToDate

__all__ = ["Forecast", "Part", "PersonOutlook", "PoolOutlook", "Range", "ToDate", "as_json", "as_text", "known_on", "outlook"]
