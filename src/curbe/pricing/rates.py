"""What messages cost by Meta's rate card: dated data (rates.json), by category and country. An estimate; Meta's bill counts."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

_CATEGORIES: Final = ("marketing", "utility", "authentication")
_FREE: Final = "free_"  # how the types of pricing begin that Meta does not charge: it adds some now and then


class _Rates(msgspec.Struct, frozen=True):
    marketing: Decimal
    utility: Decimal
    authentication: Decimal


class _Market(_Rates, frozen=True):
    countries: list[str]


class RateCard(msgspec.Struct, frozen=True):
    """The card: as of which day, checked when, from where, and what a message costs in each market."""

    as_of: str
    checked: str
    currency: str
    source: str
    markets: dict[str, _Market]
    others: _Rates

    def rate(self, *, category: str, country: str | None) -> Decimal | None:
        """Return what one message costs; None where the category is none that is on the card."""
        known = category.lower().removesuffix("_lite")
        if known not in _CATEGORIES:
            return None
        return getattr(_by_country().get(country or "", self.others), known)


class Cost(msgspec.Struct, frozen=True):
    """What some messages to one country cost."""

    country: str | None
    category: str
    messages: int
    each: Decimal
    amount: Decimal


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What messages cost by the rate card of ``as_of``. ``unpriced``: of a category the card does not know."""

    currency: str
    amount: Decimal
    unpriced: int
    as_of: str
    checked: str
    source: str
    by_country: list[Cost]


@cache
def card() -> RateCard:
    """Return the rate card that comes with this build."""
    content = files("curbe.pricing").joinpath("rates.json").read_bytes()
    return msgspec.json.decode(content, type=RateCard)


def is_free(kind: str) -> bool:
    """Tell whether Meta charges nothing for messages of this type of pricing, in the word of its statuses."""
    return kind.startswith(_FREE)


def estimate(messages: Mapping[tuple[str | None, str], int]) -> Estimate:
    """Return what so many messages cost, by country and category."""
    known = card()
    costs: list[Cost] = []
    unpriced = 0
    for (country, category), count in sorted(Counter(messages).items(), key=lambda item: str(item[0])):
        each = known.rate(category=category, country=country)
        if each is None:
            unpriced += count
        else:
            costs.append(Cost(country, category.lower(), count, each, each * count))
    return Estimate(
        currency=known.currency,
        amount=sum((one.amount for one in costs), start=Decimal(0)),
        unpriced=unpriced,
        as_of=known.as_of,
        checked=known.checked,
        source=known.source,
        by_country=costs,
    )


@cache
def _by_country() -> dict[str, _Rates]:
    return {country: market for market in card().markets.values() for country in market.countries}
