"""All that is found wrong with a file, counted whole and listed as far as anybody would read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice

from .findings import Code, CsvRefused, Finding

MOST_LISTED = 10_000


class Report:
    """Findings in the order they were found; the first ten thousand are listed.

    Rows that an import leaves out are all listed: beyond that number it is refused.
    """

    def __init__(self) -> None:
        self.listed: list[Finding] = []
        self.counts: Counter[Code] = Counter()

    @property
    def count(self) -> int:
        """All of them."""
        return self.counts.total()

    @property
    def left_out_count(self) -> int:
        """Rows that even a lenient import leaves out."""
        return sum(count for code, count in self.counts.items() if not code.is_kept)

    def add(self, findings: Iterable[Finding], counts: Mapping[Code, int] | None = None) -> None:
        """Takes findings in; `counts` where they are not all to be made. Raises CsvRefused, beyond the limit.

        Without counts they are of rows that are left out.
        """
        found = islice(findings, MOST_LISTED - len(self.listed)) if counts else list(islice(findings, MOST_LISTED + 1))
        if counts is None:
            counts = Counter(finding.code for finding in found)
        self.listed += islice(found, MOST_LISTED - len(self.listed))
        self.counts.update({code: count for code, count in counts.items() if count})
        if self.left_out_count > MOST_LISTED:
            message = f"More than {MOST_LISTED:,} rows have faults; the first are listed. Is this the right file?"
            raise CsvRefused("too_many_faults", message)
