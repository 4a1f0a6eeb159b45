"""What a directory looks for, asked of the database as far as columns go: only the page that is shown is made into resources."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower, NullIf
from scim2_models import Resource, ScimFilter, SearchRequest
from scim2_models.exceptions import TooManyException
from scim2_models.path import (
    AttributeBinding,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
    coerce_value,
)
from scim2_models.path import CompareOperator as Op

from coachloop.app.queries.viewing import Viewer

MOST_READ = 2000
"""The most that are read one by one, for what no column holds."""

NOBODY = Q(pk__in=())
EVERYBODY = ~NOBODY
"""Not an empty condition: that would be nothing in an `or`."""

PARTS = {Op.eq: "iexact", Op.co: "icontains", Op.sw: "istartswith", Op.ew: "iendswith"}
ORDER = {Op.eq: "exact", Op.gt: "gt", Op.ge: "gte", Op.lt: "lt", Op.le: "lte"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where resources of one kind are.

    Attributes:
        model: The kind.
        rows: Their rows, as far as a viewer sees them.
        made: A row as a resource; its second argument is where addresses begin.
        columns: Attributes that have a column, by their names in the model.
        same: Attributes that hold several values, and who is sure to be among those of whom one is this.
        prefix: What an id begins with, before the number of its row.
    """

    model: type[Resource[Any]]
    rows: Callable[[Viewer], QuerySet[Any]]
    made: Callable[[Any, str], Resource[Any]]
    columns: Mapping[str, str]
    same: Mapping[str, Callable[[str], Q]]
    prefix: str = ""


def page(
    sources: Sequence[Source], asked: SearchRequest[Any], *, viewer: Viewer, base: str, first: int, count: int
) -> tuple[int, list[Resource[Any]]]:
    """How many there are of what is asked for, and `count` of them from the first on, 1 being the first of all.

    Raises:
        TooManyException: what no column holds is asked of more than can be read.
    """
    found = [(source, *_found(source, asked, viewer)) for source in sources]
    counts = [rows.count() for _, rows, _ in found]
    if not all(whole for *_, whole in found) or (asked.sort_by and len(sources) > 1):
        return _read(found, asked, base, total=sum(counts), part=slice(first - 1, first - 1 + count))
    shown: list[Resource[Any]] = []
    before = first - 1
    for (source, rows, _), there in zip(found, counts, strict=True):
        shown += [source.made(row, base) for row in rows[before : before + count - len(shown)]]
        before = max(before - there, 0)
    return sum(counts), shown


def _read(
    found: Sequence[tuple[Source, QuerySet[Any], bool]],
    asked: SearchRequest[Any],
    base: str,
    *,
    total: int,
    part: slice,
) -> tuple[int, list[Resource[Any]]]:
    if total > MOST_READ:
        raise TooManyException(
            detail=f"That is asked of {total} one by one, and at most {MOST_READ} are; narrow it down by userName or externalId."
        )
    made = [source.made(row, base) for source, rows, _ in found for row in rows]
    them = asked.sort([one for one in made if not asked.filter or asked.filter.match(one)])
    return len(them), them[part]


def _found(source: Source, asked: SearchRequest[Any], viewer: Viewer) -> tuple[QuerySet[Any], bool]:
    """The rows that can be it, in order, and whether they are it."""
    rows, whole = source.rows(viewer), True
    if asked.filter:
        bound: ScimFilter[Any] = ScimFilter[source.model](str(asked.filter))  # type: ignore[name-defined]
        narrowing = _Narrowing(bound, source)
        rows = rows.filter(narrowing.visit(bound.ast))
        whole = narrowing.whole
    if asked.sort_by:
        binding = asked.sort_binding(source.model)
        column = source.columns.get(_name(binding)) if binding else None
        if binding is None or column is None:
            return rows, False
        by = Lower(NullIf(column, Value(""))) if binding.target_type is str else F(column)
        down = asked.sort_order == SearchRequest.SortOrder.descending
        rows = rows.order_by(by.desc(nulls_first=True) if down else by.asc(nulls_last=True), "pk")
    return rows, whole


def _name(binding: AttributeBinding) -> str:
    return ".".join(filter(None, (binding.field_name, binding.sub_field_name)))


class _Narrowing(FilterVisitor[Q]):
    """A filter as a condition that holds for all of whom it is true; `whole` while it holds for nobody else."""

    def __init__(self, bound: ScimFilter[Any], source: Source) -> None:
        self._bound, self._source, self.whole = bound, source, True

    def visit_comparison(self, node: Comparison) -> Q:
        binding = self._bound.resolve_comparison(node.attr_path, strict=False)
        if binding is None:
            return NOBODY
        if node.op is Op.ne:
            return self.visit_not(Not(Comparison(node.attr_path, Op.eq, node.value)))
        name, value = _name(binding), coerce_value(binding, node.value, node.op)
        if name == "id" and node.op is Op.eq:
            number = str(value).removeprefix(self._source.prefix)
            right = str(value) == self._source.prefix + number and number.isdecimal() and len(number) < 19
            return Q(pk=int(number)) if right else NOBODY
        if name in self._source.same and node.op is Op.eq:
            return self._at_most(self._source.same[name](str(value)))
        column = self._source.columns.get(name)
        if column is None or value in (None, ""):
            return self._at_most(EVERYBODY)
        return self._of_column(column, node.op, value, exact=binding.case_exact)

    def _of_column(self, column: str, op: Op, value: Any, *, exact: bool) -> Q:
        if not isinstance(value, str):
            return Q(**{f"{column}__{ORDER[op]}": value}) if op in ORDER else self._at_most(EVERYBODY)
        if op not in PARTS:
            return self._at_most(EVERYBODY)
        alike = Q(**{f"{column}__{PARTS[op]}": value})
        return self._at_most(alike) if exact else alike

    def visit_present(self, node: Present) -> Q:
        binding = self._bound.resolve(node.attr_path, strict=False)
        column = self._source.columns.get(_name(binding)) if binding else None
        if binding is None:
            return NOBODY
        if column is None:
            return self._at_most(EVERYBODY)
        return ~Q(**{column: ""}) if binding.target_type is str else Q(**{f"{column}__isnull": False})

    def visit_not(self, node: Not) -> Q:
        before, self.whole = self.whole, True
        there = self.visit(node.expr)
        there = ~there if self.whole else EVERYBODY
        self.whole = self.whole and before
        return there

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        terms = [self.visit(term) for term in node.terms]
        there = terms[0]
        for term in terms[1:]:
            there = there & term if node.op is LogicalOperator.and_ else there | term
        return there

    def visit_value_path(self, node: ValuePath) -> Q:
        """By the value that is asked for within, where one is: `emails[type eq "work" and value eq "ada@example.org"]`."""
        same = self._source.same.get(f"{node.attr_path.attr.lower()}.value")
        values = list(_values(node.val_filter))
        return self._at_most(same(values[0]) if same and values else EVERYBODY)

    def _at_most(self, there: Q) -> Q:
        self.whole = False
        return there


def _values(node: FilterNode) -> list[str]:
    """What must be the value of one that a filter within brackets is true of."""
    if isinstance(node, Comparison) and node.op is Op.eq and node.attr_path.attr.lower() == "value":
        return [str(node.value)]
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
        return [value for term in node.terms for value in _values(term)]
    return []
