"""Money: exact amounts, rounded half up to the minor unit of their currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

# ISO 4217: the currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_PLACES = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_THOUSANDTHS.split(), 3)}
_DIGITS = 60  # more than any amount has, so that nothing is rounded before the end


def minor_places(currency: str) -> int:
    """How many decimal places amounts of a currency have; 2 for one that is not known."""
    return _PLACES.get(currency.upper(), 2)


def to_minor(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half up (away from zero) to the currency's minor unit."""
    with localcontext() as context:
        context.prec = _DIGITS
        return amount.quantize(Decimal(1).scaleb(-minor_places(currency)), rounding=ROUND_HALF_UP)


def percent_of(amount: Decimal, percent: Decimal, currency: str) -> Decimal:
    """So many percent of an amount, reckoned exactly and rounded once."""
    with localcontext() as context:
        context.prec = _DIGITS
        return to_minor(amount * percent / 100, currency)
