"""Rows of folders, of what is saved in them, and of what is remembered about it."""

from belvedere.content.tables.boards import Board, BoardItem, BoardSection
from belvedere.content.tables.dashboards import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardFilterState,
    DashboardImage,
    DashboardLayout,
    DashboardLayoutComponent,
    ResultMaker,
)
from belvedere.content.tables.folders import Folder
from belvedere.content.tables.looks import Look
from belvedere.content.tables.metadata import (
    ContentFavorite,
    ContentGrant,
    ContentMetadata,
    ContentView,
)

__all__ = [
    "Board",
    "BoardItem",
    "BoardSection",
    "ContentFavorite",
    "ContentGrant",
    "ContentMetadata",
    "ContentView",
    "Dashboard",
    "DashboardElement",
    "DashboardFilter",
    "DashboardFilterState",
    "DashboardImage",
    "DashboardLayout",
    "DashboardLayoutComponent",
    "Folder",
    "Look",
    "ResultMaker",
]
