"""What extends and refinements make of views and explores."""

from __future__ import annotations

from collections.abc import Iterable

from belvedere.lookml.assemble import Raw, merged
from belvedere.lookml.diagnostics import did_you_mean
from belvedere.lookml.reading import Reader


class Inheritance:
    """Views or explores of a model by name, extends and refinements merged."""

    def __init__(self, reader: Reader, kind: str, raws: Iterable[Raw]) -> None:
        self._reader = reader
        self._kind = kind
        self.objects: dict[str, Raw] = {}
        self._refinements: dict[str, list[Raw]] = {}
        self._merged: dict[str, Raw] = {}
        for raw in raws:
            self._add(raw)
        for name, refinements in self._refinements.items():
            self._check_refinements(name, refinements)

    def _add(self, raw: Raw) -> None:
        if raw.name.startswith("+"):
            self._refinements.setdefault(raw.name[1:], []).append(raw)
            return
        if raw.name in self.objects:
            self._reader.report(
                f"{self._article} {self._kind} named {raw.name} has been defined multiple times; "
                f"see also {self.objects[raw.name].location}",
                raw.location,
                kind="model",
            )
        self.objects[raw.name] = raw

    @property
    def _article(self) -> str:
        return "An" if self._kind == "explore" else "A"

    def _check_refinements(self, name: str, refinements: list[Raw]) -> None:
        if name not in self.objects:
            hint = did_you_mean(name, self.objects)
            for raw in refinements:
                message = f"Cannot refine unknown {self._kind} ({name}).{hint}"
                self._reader.report(message, raw.location, kind="inheritance")
        final = self.objects.get(name)
        if final is not None and not self._reader.flag(final, "final"):
            final = None
        for raw in refinements:
            if final is not None:
                message = (
                    f"{self._kind} {name} is refined although {final.location} says final: yes"
                )
                self._reader.report(message, raw.location, kind="inheritance")
            elif self._reader.flag(raw, "final"):
                final = raw

    def names(self) -> list[str]:
        """Every object that is not `extension: required`."""
        return [
            name
            for name, raw in self.objects.items()
            if "extension" not in raw.values or self._reader.text(raw, "extension") != "required"
        ]

    def get(self, name: str) -> Raw:
        return self._resolve(name, ())

    def _resolve(self, name: str, trail: tuple[str, ...]) -> Raw:
        if name in self._merged:
            return self._merged[name]
        raw = self.objects[name]
        if name not in self._refinements and "extends" not in raw.values:
            if raw.alone is None:
                raw.alone = self._final(raw, name, raw, (raw,))
            self._merged[name] = raw.alone
            return raw.alone
        own = [raw, *self._refinements.get(name, [])]
        sources: list[Raw] = []
        result: Raw | None = None
        for layer in own:
            for base in self._reader.all_names(layer, "extends"):
                parent = self._parent(base, layer, (*trail, name))
                if parent is not None:
                    sources += parent.sources
                    result = parent if result is None else merged(result, parent)
        for layer in own:
            result = layer if result is None else merged(result, layer)
        assert result is not None  # noqa: S101  `own` is never empty
        final = self._final(raw, name, result, (*sources, *own))
        self._merged[name] = final
        return final

    @staticmethod
    def _final(raw: Raw, name: str, merged_raw: Raw, sources: tuple[Raw, ...]) -> Raw:
        return Raw(
            raw.key,
            name,
            raw.origin,
            merged_raw.values,
            merged_raw.objects,
            raw.repeated,
            sources,
        )

    def _parent(self, base: str, layer: Raw, trail: tuple[str, ...]) -> Raw | None:
        if base in trail:
            cycle = " → ".join([*trail, base])
            self._reader.report(
                f"Extends form a circle: {cycle}", layer.location, kind="inheritance"
            )
            return None
        if base not in self.objects:
            hint = did_you_mean(base, self.objects)
            self._reader.report(
                f"Cannot extend unknown {self._kind} ({base}).{hint}",
                layer.location,
                kind="inheritance",
            )
            return None
        parent = self._resolve(base, trail)
        kept = {name: value for name, value in parent.values.items() if name != "extension"}
        return Raw(parent.key, parent.name, parent.origin, kept, parent.objects, [], parent.sources)
