"""The profile of a table: of each of its columns, and of what they have to do with each other."""

from typing import TYPE_CHECKING, Any

from penstock.data.values import HTML
from penstock.profiles.column import ColumnProfile
from penstock.profiles.errors import ColumnsChanged
from penstock.profiles.links import Links

if TYPE_CHECKING:
    from penstock.profiles.findings import Finding


class Profile:
    """What the columns of a table look like.

    A component that returns one makes an artifact of it. Profiles of parts of a table, such as days or partitions, can
    be merged into that of all rows, in any order.
    """

    def __init__(
        self, *, rows: int, columns: dict[str, ColumnProfile], target: str | None = None, links: Links | None = None
    ) -> None:
        self.rows = rows
        self.columns = columns
        """By name, in the order of the table."""
        self.target = target
        self.links = links or Links()
        """Correlations and twins among the columns, from a sample of the rows."""

    def merge(self, other: "Profile") -> "Profile":
        """The profile of the rows of both; neither of them changes.

        What is exact in both is exact in the result, and sketches keep their error. Columns are in this one's order.

        Raises:
            ColumnsChanged: They have other columns, or a column is of another kind.
        """
        for name in [*self.columns, *other.columns]:
            if name not in self.columns or name not in other.columns:
                before = self.columns[name].type if name in self.columns else ""
                after = other.columns[name].type if name in other.columns else ""
                raise ColumnsChanged(column=name, before=before, after=after)
        columns = {name: column.merged(other.columns[name]) for name, column in self.columns.items()}
        target = self.target if self.target == other.target else self.target or other.target
        return Profile(
            rows=self.rows + other.rows, columns=columns, target=target, links=self.links.merged(other.links)
        )

    def findings(self) -> "list[Finding]":
        """What a person should look at: constant, mostly missing or skewed columns, twins, identifiers, leaks, …"""
        from penstock.profiles.findings import findings

        return findings(self)

    def html(self, title: str = "Profile") -> HTML:
        """The exploratory report: one page that needs nothing from outside, light and dark.

        A component that returns it makes a page of the run. It holds the most frequent texts and the smallest and
        largest values of each column: share it as you would share the data.
        """
        from penstock.profiles.report import page

        return HTML(page(self, title))

    def to_json(self) -> str:
        """All of it, sketches included, as JSON text."""
        from penstock.profiles.codec import written

        return written(self)

    @staticmethod
    def from_json(text: str | bytes) -> "Profile":
        """From what `to_json` made.

        Raises:
            NotAProfile: It is something else, or of a newer version.
        """
        from penstock.profiles.codec import read

        return read(text)

    def summary(self) -> dict[str, Any]:
        """What a person or a program would want to read of it, as JSON: statistics without sketches."""
        from penstock.profiles.codec import plain

        return {
            "rows": self.rows,
            "target": self.target,
            "columns": {name: {key: plain(value) for key, value in c.facts()} for name, c in self.columns.items()},
            "findings": [{"kind": f.kind, "columns": list(f.columns), "text": f.text} for f in self.findings()],
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Profile of {self.rows:,} rows, {len(self.columns)} columns>"
