"""What booked rows come to: one way of adding them up, for the command and the report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import BookedRow

_Line: TypeAlias = tuple[int, str, str]


@dataclass(slots=True)
class Sums:
    """Rows of one currency, while they are summed up.

    Attributes:
        earned: Earned rows.
        reversed: What was taken back of earned rows; not above 0.
    """

    earned: Decimal = Decimal(0)
    reversed: Decimal = Decimal(0)
    _forecast: dict[_Line, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _settled: dict[_Line, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def expected(self) -> Decimal:
        """What is forecast and neither taken back nor earned."""
        return sum((sum_ for line, sum_ in self._forecast.items() if not self._settled.get(line)), Decimal(0))

    @property
    def payable(self) -> Decimal:
        """Earned and not taken back."""
        return self.earned + self.reversed

    def add(self, booked: BookedRow) -> None:
        """Count a row."""
        row = booked.row
        line = (row.user, str(row.entity), row.role)
        if booked.counts_with == "expected":
            self._forecast[line] += row.amount
            return
        self._settled[line] += row.amount
        if row.state == "reversed":
            self.reversed += row.amount
        else:
            self.earned += row.amount
