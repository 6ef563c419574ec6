"""Countries by name or code, so that a record's TR and a person's Türkiye are one."""

from __future__ import annotations

from functools import cache

from iso3166 import countries


@cache
def country_of(text: str) -> str | None:
    """Give the ISO 3166-1 alpha-2 code of a country's name or code, or None if it is none."""
    text = text.strip()
    try:
        return countries.get(text).alpha2
    except KeyError:
        pass
    wanted = text.casefold()
    for country in countries:
        names = {country.name.casefold(), country.apolitical_name.casefold()}
        if wanted in names or wanted in {name.split(",")[0] for name in names}:
            return country.alpha2
    return EXTRA.get(wanted)


EXTRA = {"turkey": "TR", "russia": "RU", "iran": "IR", "united states": "US", "uk": "GB"}
"""Everyday names that the standard spells otherwise."""
