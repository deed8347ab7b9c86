"""What LookML means: text to a resolved model, with no knowledge of people or databases.

As a library: docs/use/library.md.
"""

from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.listing import FieldLine, describe_explore, list_fields
from belvedere.lookml.model import Explore, Field, Location, Model, View
from belvedere.lookml.project import Project, open_project

__all__ = [
    "Diagnostic",
    "Explore",
    "Field",
    "FieldLine",
    "Location",
    "Model",
    "Project",
    "Severity",
    "View",
    "describe_explore",
    "list_fields",
    "open_project",
]
