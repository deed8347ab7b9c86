"""What a project with `localization_level: strict` still has to localize."""

from __future__ import annotations

from collections.abc import Iterator

from belvedere.lookml.dashboards import Dashboard
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.liquid import has_liquid
from belvedere.lookml.localization import STRICT, Localization
from belvedere.lookml.model import Field, Location, Model

_FIELD_TEXTS = ("label", "description", "view_label", "group_label", "group_item_label")


def check_localization(model: Model) -> Iterator[Diagnostic]:
    """Missing files, and in strict projects missing labels and keys."""
    localization = model.localization
    if localization is None:
        return
    checker = _Checker(model, localization)
    if localization.default_locale not in localization.strings:
        name = f"{localization.default_locale}.strings.json"
        yield checker.problem(f"There is no file {name} for the default locale", None)
    elif localization.level == STRICT:
        yield from checker.found()


class _Checker:
    def __init__(self, model: Model, localization: Localization) -> None:
        self._model = model
        self._localization = localization
        self._keys = localization.strings.get(localization.default_locale, {})

    def problem(
        self,
        message: str,
        location: Location | None,
        field: str | None = None,
        explore: str | None = None,
    ) -> Diagnostic:
        return Diagnostic(
            severity=Severity.error,
            kind="localization",
            message=message,
            location=location or self._localization.location or Location("", 1),
            model=self._model.name,
            explore=explore,
            field=field,
        )

    def found(self) -> Iterator[Diagnostic]:
        model = self._model
        yield from self._text(model.label, f"model {model.name}", model.location)
        for explore in model.explores.values():
            owner = f"explore {explore.name}"
            texts = (explore.label, explore.description, explore.group_label, explore.view_label)
            for text in (*texts, *(join.view_label for join in explore.joins)):
                yield from self._text(text, owner, explore.location, explore=explore.name)
        for view in model.views.values():
            yield from self._text(view.label, f"view {view.name}", view.location)
            for field in view.fields.values():
                yield from self._field(field)
        for dashboard in model.dashboards.values():
            yield from self._dashboard(dashboard)
        yield from self._incomplete()

    def _field(self, field: Field) -> Iterator[Diagnostic]:
        name = f"{field.view}.{field.name}"
        if field.label is None and not field.hidden:
            message = f"{name} has no label to be localized"
            yield self.problem(message, field.location, field=name)
        for parameter in _FIELD_TEXTS:
            yield from self._text(getattr(field, parameter), name, field.location, name)

    def _dashboard(self, dashboard: Dashboard) -> Iterator[Diagnostic]:
        owner = f"dashboard {dashboard.name}"
        yield from self._text(dashboard.title, owner, dashboard.location)
        yield from self._text(dashboard.description, owner, dashboard.location)
        for item in dashboard.filters:
            yield from self._text(item.title, owner, item.location)
        for element in dashboard.elements:
            texts = (element.title, element.title_text, element.subtitle_text)
            for text in (*texts, element.body_text, element.note_text):
                yield from self._text(text, owner, element.location)

    def _text(
        self,
        text: str | None,
        owner: str,
        location: Location | None,
        field: str | None = None,
        explore: str | None = None,
    ) -> Iterator[Diagnostic]:
        if not text or has_liquid(text) or text in self._keys:
            return
        message = (
            f'"{text}" of {owner} is not a key of {self._localization.default_locale}'
            f".strings.json.{did_you_mean(text, self._keys)}"
        )
        yield self.problem(message, location, field, explore)

    def _incomplete(self) -> Iterator[Diagnostic]:
        for locale, strings in self._localization.strings.items():
            missing = sorted(self._keys.keys() - strings.keys())
            if missing:
                shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
                yield self.problem(
                    f"{locale}.strings.json lacks {len(missing)} keys: {shown}", None
                )
