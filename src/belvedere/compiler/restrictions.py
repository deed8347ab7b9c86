"""What limits the rows of a query: its filters, the explore's conditions, access filters."""

from __future__ import annotations

from collections.abc import Sequence

from belvedere.compiler.earlier import Shift
from belvedere.compiler.expressions import condition_on_groups, custom_filter, syntax
from belvedere.compiler.fanout import Where
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.joins import EmittedJoin
from belvedere.compiler.measures import POST_QUERY, Measures
from belvedere.compiler.resolver import Resolver, is_range_timeframe
from belvedere.compiler.selection import Selection, Selector
from belvedere.compiler.statement import Having
from belvedere.compiler.templates import Template
from belvedere.errors import QueryError
from belvedere.lookml.model import Category, Field
from belvedere.lookml.scope import ScopedField


class Restrictions:
    """`where` and `having` of one request; `shift` moves its date filters into the past."""

    def __init__(
        self,
        resolver: Resolver,
        selector: Selector,
        selection: Selection,
        measures: Measures,
        shift: Shift | None,
    ) -> None:
        self._resolver = resolver
        self._measures = measures
        self._request = resolver.request
        self._explore = resolver.scope.explore
        self._selector = selector
        self._selection = selection
        self._shift = shift
        self.where: list[Where] = []
        self.having: list[Having] = []
        self._conditions()

    def _conditions(self) -> None:
        for scoped, expression in self._selection.filters:
            self._filter(scoped, expression)
        custom = self._request.filter_expression
        if custom and custom.strip():
            for number, part in enumerate(syntax.conjuncts(syntax.parse(custom))):
                self._custom(part, number)
        explore, base = self._explore, self._explore.base
        if explore.sql_always_where:
            self.where.append(Where(self._resolver.fragment(explore.sql_always_where, base)))
        if explore.sql_always_having:
            self.having.append(_stated("sql_always_having", base, explore.sql_always_having))
        for access_filter in () if self._request.for_everybody else explore.access_filters:
            self.where.append(self._access(access_filter.field, access_filter.user_attribute))

    def joined(self, joins: Sequence[EmittedJoin]) -> bool:
        """Add what joins of the query ask of its groups; whether there is something new."""
        known = {having.scoped.alias for having in self.having if having.expression is None}
        fresh = [
            _stated("sql_having", made.alias, made.join.sql_having)
            for made in joins
            if made.join.sql_having and made.alias not in known
        ]
        self.having += fresh
        return bool(fresh)

    def _filter(self, scoped: ScopedField, expression: str) -> None:
        field = scoped.field
        if field.category in (Category.parameter, Category.filter):
            self._check(scoped, expression)
        if field.category is Category.parameter:
            return
        if field.category is Category.filter:
            if field.sql and expression.strip():
                text = self._resolver.fragment(field.sql, scoped.alias, scoped.full_name)
                self.where.append(Where(text))
            return
        if field.is_measure:
            self._refuse_later(scoped)
            if expression.strip():
                self.having.append(Having(scoped, expression))
            return
        shift = self._shift
        back = shift.unit if shift is not None and shift.concerns(scoped) else None
        made = self._resolver.condition(scoped, expression, back)
        if made is not None:
            self.where.append(Where(*made))

    def _check(self, scoped: ScopedField, expression: str) -> None:
        """Refuse what the field cannot take, whether or not a template of this query reads it."""
        name, field = scoped.full_name, scoped.field
        if not expression.strip() or name not in self._request.filters:
            return
        if self._request.modelled.get(name) == expression or field.type == "location":
            return
        template = Template(self._resolver, scoped.alias, name)
        if field.category is Category.parameter:
            template.parameter(name)
        else:
            template.condition(name, "NULL")

    def _custom(self, tree: syntax.Expression, number: int) -> None:
        """A condition of the custom filter: on groups where it reads measures, else on rows."""
        find, resolver = self._selector.find, self._resolver
        read = [find(name) for name in syntax.names(tree)]
        measures = [found for found in read if found is not None and found.field.is_measure]
        if not measures:
            self.where.append(Where(custom_filter(resolver, find, tree)))
            return
        for found in measures:
            self._refuse_later(found)
        name = f"filter_expression {number}"
        self._measures.conditions[name] = lambda aggregate, raw: condition_on_groups(
            resolver, find, tree, lambda found: self._measures.sql(found, aggregate, raw)
        )
        field = Field(name=name, view=self._explore.base, category=Category.measure, type="number")
        self.having.append(Having(ScopedField(self._explore.base, field, name), None))

    def _refuse_later(self, scoped: ScopedField) -> None:
        if scoped.field.type in POST_QUERY:
            raise QueryError(
                f"Invalid filter: {scoped.full_name} is computed after the query and cannot "
                "be filtered"
            )

    def _access(self, name: str, attribute: str) -> Where:
        """An access filter: rows of the viewer's values only; QueryError where there is none."""
        scoped = self._resolver.lookup(name, self._explore.base)
        viewer = self._request.viewer
        if attribute in viewer.editable_attributes:
            raise QueryError(
                f"Cannot use {attribute} as access filter since any user can edit their own value"
            )
        value = viewer.attributes.get(attribute)
        if value is None or not value.strip():
            raise QueryError(
                f"The explore {self._explore.name} is filtered by your user attribute "
                f"{attribute}, which has no value"
            )
        if attribute in viewer.literal_attributes and not is_range_timeframe(
            scoped.field.timeframe
        ):
            operand = self._resolver.operand(scoped)
            text = self._resolver.dialect.text(operand.sql)
            sql = f"{text} = {self._resolver.dialect.string(value)}"
            return Where(Fragment(sql, operand.needs, operand.mentions), accepts_null=False)
        made = self._resolver.condition(scoped, value)
        return Where(Fragment("1=0")) if made is None else Where(*made)


def _stated(name: str, alias: str, sql: str) -> Having:
    """A condition on groups that the model states, read like a measure of its view."""
    field = Field(name=name, view=alias, category=Category.measure, type="number", sql=sql)
    return Having(ScopedField(alias, field), None)
