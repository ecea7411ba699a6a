"""Phone numbers: what people type, E.164, and what Meta writes: in three countries not the same digits."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult
from phonenumbers.timezone import time_zones_for_number

from curbe.domain.errors import InvalidRequest

_A_DAY: Final = datetime(2026, 1, 15)  # noqa: DTZ001 - a wall clock's day, the same everywhere
LONGEST_TYPED: Final = 40  # characters; the longest number has 15 digits, the rest is decoration
_FEWEST_DIGITS_TO_SHOW: Final = 7
_FEWEST_DIGITS_AT_HOME: Final = 8
_LETTER: Final = re.compile(r"[^\W\d_]")

_WRITE_IT_SO: Final = "Write the number with + and its country code, for example +34600111222."


class PhoneFault(StrEnum):
    """Why what somebody typed is no phone number; a refusal has it as ``phone_fault``, a row of a file as ``about``."""

    SHORT = "short"
    LONG = "long"
    LENGTH = "length"  # which no number of that country has
    AREA = "area"  # its code is missing
    COUNTRY = "country"  # its code is missing, or no country has it
    REGION = "region"  # the country to read it by is none
    LETTERS = "letters"
    CHARACTERS = "characters"  # more than any number has, decoration included
    EXTENSION = "extension"
    NONE = "none"  # no phone number at all


_WORDS: Final = {
    PhoneFault.SHORT: "it has too few digits",
    PhoneFault.LONG: "it has too many digits",
    PhoneFault.LENGTH: "no number of that country has that many digits",
    PhoneFault.AREA: "the area code is missing",
    PhoneFault.COUNTRY: "the country code is missing or no country has it",
    PhoneFault.REGION: "the country to read it by is unknown",
    PhoneFault.LETTERS: "it has letters",
    PhoneFault.CHARACTERS: "it has too many characters",
    PhoneFault.EXTENSION: "it has an extension, which WhatsApp does not know",
    PhoneFault.NONE: "it is no phone number",
}
_WRONG: Final = {
    ValidationResult.TOO_SHORT: PhoneFault.SHORT,
    ValidationResult.TOO_LONG: PhoneFault.LONG,
    ValidationResult.INVALID_LENGTH: PhoneFault.LENGTH,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneFault.AREA,
    ValidationResult.INVALID_COUNTRY_CODE: PhoneFault.COUNTRY,
}
_UNPARSED: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: PhoneFault.COUNTRY,
    NumberParseException.NOT_A_NUMBER: PhoneFault.NONE,
    NumberParseException.TOO_SHORT_AFTER_IDD: PhoneFault.SHORT,
    NumberParseException.TOO_SHORT_NSN: PhoneFault.SHORT,
    NumberParseException.TOO_LONG: PhoneFault.LONG,
}

# Where one mobile has two forms, and Meta's wa_id may be either [Meta: send messages, Sep 2026].
# Mobiles got a ninth digit; old accounts lack it.
_BRAZIL: Final = re.compile(r"\+55([1-9]{2})9?([6-9]\d{7})")
_MEXICO: Final = re.compile(r"\+521?(\d{10})")  # the 1 of mobiles was abolished in 2019
_ARGENTINA: Final = re.compile(r"\+549?([1-8]\d{9})")  # mobiles have a 9 when called from abroad


@lru_cache(maxsize=1_000)
def _parsed(typed: str, country: str | None) -> PhoneNumber:
    """Read a number, once for the several questions that follow about it. Nobody may change what is returned.

    Not even behind a ``+`` does the country say nothing: where no country has the code, the digits are tried as dialled from there.
    """
    return phonenumbers.parse(typed, country)


def to_e164(typed: str, *, default_country: str | None, field: str | None = None) -> str:
    """Return the number a person typed as E.164, with its ``+``.

    Only its shape is checked: which ranges exist changes too often to turn somebody away for.

    Args:
        typed: digits with any of the usual decoration.
        default_country: ISO code to read national numbers by, such as ES; None: international ones only.
        field: where ``typed`` comes from, for the refusal.

    Raises:
        InvalidRequest: it is no phone number; the detail says why, for programs ``phone_fault`` does.
    """
    if default_country is not None and default_country not in phonenumbers.SUPPORTED_REGIONS:
        raise _refusal(PhoneFault.REGION, field)
    if len(typed) > LONGEST_TYPED:
        raise _refusal(PhoneFault.CHARACTERS, field)
    if _LETTER.search(typed):
        raise _refusal(PhoneFault.LETTERS, field)
    try:
        number = _parsed(typed, default_country)
    except NumberParseException as error:
        raise _refusal(_UNPARSED.get(error.error_type, PhoneFault.NONE), field) from error
    verdict = phonenumbers.is_possible_number_with_reason(number)
    # With the 1 of former days, as Meta names many people and systems keep them.
    if verdict == ValidationResult.TOO_LONG and _MEXICO.fullmatch(_e164(number)):
        return variants(_e164(number))[0]
    if verdict != ValidationResult.IS_POSSIBLE:
        raise _refusal(_WRONG.get(verdict, PhoneFault.NONE), field)
    if number.extension:
        raise _refusal(PhoneFault.EXTENSION, field)
    return _e164(number)


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refusal(fault: PhoneFault, field: str | None) -> InvalidRequest:
    return InvalidRequest(
        f"The phone number cannot be used: {_WORDS[fault]}.",
        fix=_WRITE_IT_SO,
        field=field,
        extra={"phone_fault": fault.value},
    )


def phone_fault(refusal: InvalidRequest) -> PhoneFault:
    """Return what :func:`to_e164` blames in its refusal."""
    return PhoneFault(str(refusal.extra["phone_fault"]))


def wa_id_to_e164(wa_id: str) -> str:
    """Return the E.164 form of the digits Meta names a person by."""
    return "+" + wa_id


def variants(e164: str) -> tuple[str, ...]:
    """Return every form of the number under which Meta may know the same person, the canonical one first.

    One form for most of the world. Brazil: with the ninth digit, and without. Mexico: without the 1 after the
    country code, and with. Argentina: with the 9 after the country code, and without; a landline there has a
    mobile's twin, as nothing in the digits tells them apart.
    """
    for pattern, canonical, other in (
        (_BRAZIL, "+55{0}9{1}", "+55{0}{1}"),
        (_MEXICO, "+52{0}", "+521{0}"),
        (_ARGENTINA, "+549{0}", "+54{0}"),
    ):
        match = pattern.fullmatch(e164)
        if match is not None:
            return canonical.format(*match.groups()), other.format(*match.groups())
    return (e164,)


def at_home(e164: str) -> tuple[str, ...]:
    """Return the digits by which the number is written within its own country, without the 0 before them; in every form it has.

    Nothing where it cannot be read, or so short that other things have as many digits.
    """
    found = []
    for form in variants(e164):
        try:
            digits = phonenumbers.national_significant_number(_parsed(form, None))
        except NumberParseException:
            continue
        if len(digits) >= _FEWEST_DIGITS_AT_HOME:
            found.append(digits)
    return tuple(found)


def patterns_at_home(names: Iterable[str]) -> list[str]:
    """Return, as PostgreSQL's regular expressions, how a text has the phones among ``names`` (digits) without their country code.

    As whole numbers, a 0 before them or not: within other digits so few are found that are nobody's.
    """
    phones = {digits for name in names if name.isdigit() for digits in at_home(wa_id_to_e164(name))}
    return [f"(?<![0-9])0?{digits}(?![0-9])" for digits in sorted(phones)]


def country_of(e164: str) -> str | None:
    """Return the ISO code of the number's country, None where it has none or cannot be told.

    Where countries share a code (+1, +7), the digits decide.
    """
    try:
        number = _parsed(e164, None)
    except NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    if (
        region is None
    ):  # a form Meta uses that is no valid number at home, such as Brazil without the ninth digit
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return None if region in {"ZZ", "001"} else region


def share_a_code(country: str, other: str) -> bool:
    """Tell whether two countries (ISO codes) have one calling code, as GB, GG and JE do: then digits do not always tell them apart."""
    code = phonenumbers.country_code_for_region(country)
    return code != 0 and code == phonenumbers.country_code_for_region(other)


def zone_of(e164: str) -> str | None:
    """Return the IANA time zone of whoever has the number, None where it cannot be told.

    Where a country has several and the digits do not tell, the one in the middle of them.
    """
    try:
        zones = time_zones_for_number(_parsed(e164, None))
    except NumberParseException:
        return None
    known = sorted((name for name in zones if name != "Etc/Unknown"), key=_hours_east)
    return known[len(known) // 2] if known else None


@lru_cache(maxsize=300)
def zone_of_country(country: str) -> str | None:
    """Return the IANA time zone of most people in a country (ISO code), as its mobile numbers tell it; None where it cannot be told."""
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return None if number is None else zone_of(phonenumbers.format_number(number, PhoneNumberFormat.E164))


@lru_cache(maxsize=1_000)
def _hours_east(zone: str) -> tuple[timedelta, str]:
    """Return how far a zone's clock is ahead of UTC in winter of the north: enough to put zones in order."""
    try:
        ahead = ZoneInfo(zone).utcoffset(_A_DAY)
    except ZoneInfoNotFoundError:
        ahead = None
    return ahead or timedelta(), zone


def spelled(e164: str) -> str:
    """Return a number as people write it abroad: ``+34 600 11 12 22``; as it is where it cannot be read."""
    try:
        number = _parsed(e164, None)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def masked(e164: str) -> str:
    """Return a number as logs may show it: ``+34...495``; ``...`` for one too short to hide."""
    return f"{e164[:3]}...{e164[-3:]}" if len(e164) > _FEWEST_DIGITS_TO_SHOW else "..."
