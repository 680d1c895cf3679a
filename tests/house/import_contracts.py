"""Two kinds of contract for import-linter that its own kinds cannot say: rooms of a feature, and `only`.

They check direct imports. That is enough: every module of the package belongs to a storey, a room or both, so a
forbidden way around would have a forbidden step in it.
"""

import sys
from collections.abc import Iterator

import grimp
from importlinter import Contract, ContractCheck, fields, output


def _links(graph: grimp.ImportGraph, importer: str) -> Iterator[tuple[str, int]]:
    for imported in sorted(graph.find_modules_directly_imported_by(importer)):
        for detail in graph.get_import_details(importer=importer, imported=imported):
            yield imported, detail["line_number"]


class _Faults(Contract):
    def _render(self, check: ContractCheck) -> None:
        for line in check.metadata["faults"]:
            output.print_error(line, bold=False)

    def render_broken_contract(self, check: ContractCheck) -> None:
        self._render(check)


class RoomsContract(_Faults):
    """Within a feature rooms lie on storeys; between features only some are visible; each room is declared."""

    type_name = "rooms"

    rooms = fields.ListField(subfield=fields.StringField())
    visible = fields.ListField(subfield=fields.StringField())
    also_visible = fields.ListField(subfield=fields.StringField(), required=False)
    tools = fields.ListField(subfield=fields.StringField())
    roof = fields.ListField(subfield=fields.StringField())
    not_features = fields.ListField(subfield=fields.StringField())

    def _read_law(self) -> None:
        self.rank: dict[str, int] = {}
        self.strangers: set[str] = set()
        storeys = list(reversed(self.rooms))  # type: ignore[call-overload]
        for height, line in enumerate(storeys):
            names = [name.strip() for name in line.replace(":", "|").split("|")]
            for name in names:
                self.rank[name] = height
                if "|" in line:
                    self.strangers.add(name)
            if "counting" in names:
                self.tool_rank = height

    def _room(self, feature: str, module: str) -> str | None:
        """Return the room's name, "tool" for a declared tool, or None for a module that nobody declared."""
        if module in self.rank:
            return module
        if f"{feature}.{module}" in self.tools:  # type: ignore[operator]
            return "tool"
        head = module.split("_", 1)[0]
        if f"{feature}.{head}" in self.tools:  # type: ignore[operator]
            return "tool"
        return head if head in self.rank else None

    def _height(self, room: str) -> int:
        return self.tool_rank if room == "tool" else self.rank[room]

    def _same_feature(self, one: str, other: str, a: str, b: str) -> bool:
        """Say whether room `one` (module a) may import room `other` (module b) of its own feature."""
        if a == b:
            return True
        high, low = self._height(one), self._height(other)
        if high != low:
            return high > low
        # pieces of one split room know each other, and so do declared tools; strangers do not
        return one == other or "tool" in (one, other) or not {one, other} <= self.strangers

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        self._read_law()
        root = "portal"
        features = {
            module.split(".")[1]
            for module in graph.modules
            if module.startswith(root + ".") and module.count(".") >= 2 and not graph.is_module_squashed(module)
        } - set(self.not_features)  # type: ignore[call-overload]
        roof = set(self.roof)  # type: ignore[call-overload]
        faults: list[str] = []
        for importer in sorted(graph.modules):
            parts = importer.split(".")
            if parts[0] != root or len(parts) < 2 or parts[1] not in features:
                continue
            feature = parts[1]
            if len(parts) == 2:  # the feature's __init__: one paragraph and no code
                faults += [
                    f"{importer}:{line} imports {imported}: __init__ holds a paragraph and no code"
                    for imported, line in _links(graph, importer)
                ]
                continue
            room = self._room(feature, parts[2])
            if room is None:
                faults.append(f"{importer} is no declared room or tool")
                continue
            for imported, line in _links(graph, importer):
                target = imported.split(".")
                if target[0] != root or len(target) < 2 or target[1] not in features:
                    continue
                where = f"{importer}:{line} imports {imported}"
                if len(target) == 2:
                    continue  # a name from the empty __init__, or the package itself
                other = self._room(target[1], target[2])
                if other is None:
                    continue  # told once, above
                if target[1] == feature:
                    if not self._same_feature(room, other, parts[2], target[2]):
                        faults.append(f"{where}: {room} may not know {other}")
                elif (
                    other not in self.visible  # type: ignore[operator]
                    and ".".join(target[1:3]) not in (self.also_visible or [])
                    and not (feature in roof and other == "manifest")
                ):
                    faults.append(f"{where}: {other} is no room that other features see")
        return ContractCheck(kept=not faults, metadata={"faults": faults})


class OnlyContract(_Faults):
    """The named modules import the standard library, themselves and what is allowed, and nothing else."""

    type_name = "only"

    modules = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        faults: list[str] = []
        for name in self.modules:  # type: ignore[attr-defined]
            own = f"portal.{name}"
            for importer in sorted(graph.modules):
                if importer != own and not importer.startswith(own + "."):
                    continue
                for imported, line in _links(graph, importer):
                    if imported.split(".")[0] in sys.stdlib_module_names:
                        continue
                    if any(
                        imported == base or imported.startswith(base + ".")
                        for base in [own, *self.allowed]  # type: ignore[misc]
                    ):
                        continue
                    faults.append(f"{importer}:{line} imports {imported}")
        return ContractCheck(kept=not faults, metadata={"faults": faults})
