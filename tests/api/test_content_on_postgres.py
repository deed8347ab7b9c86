"""Rules of content over an application database on PostgreSQL: the same tests again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.api.conftest import Instance
from tests.api.test_boards import (
    test_a_board_from_empty_to_gone,
    test_items_that_lead_to_what_one_may_not_see_are_not_there,
    test_only_its_maker_sees_a_new_board,
)
from tests.api.test_content_access import (
    shared_closed,
    test_access_goes_where_a_folder_goes,
    test_lists_name_people_and_groups,
    test_owners_decide_about_their_folder,
    test_seeing_ends_where_a_list_says_so,
    test_who_edits_a_folder_edits_what_is_below,
    test_who_is_on_no_list_sees_nothing,
)
from tests.api.test_content_search import (
    test_a_favourite_is_ones_own,
    test_every_word_must_stand_somewhere,
    test_views_by_week_and_over_all,
    test_what_matters_to_somebody,
    test_what_one_may_not_see_is_not_found,
)
from tests.api.test_dashboards import test_a_title_is_given_once_however_many_ask_at_once
from tests.api.test_folders import (
    test_a_folder_goes_with_all_below_it,
    test_children_come_page_by_page,
    test_folders_are_searched,
)
from tests.api.test_looks import (
    test_looks_are_seen_and_changed_as_their_folder_is,
    test_pages_of_many_hold_and_count_what_may_be_seen,
    test_the_trash_gives_back_what_it_took,
)
from tests.engines.postgres_server import PostgresServer

__all__ = [
    "shared_closed",
    "test_a_board_from_empty_to_gone",
    "test_a_favourite_is_ones_own",
    "test_a_folder_goes_with_all_below_it",
    "test_a_title_is_given_once_however_many_ask_at_once",
    "test_access_goes_where_a_folder_goes",
    "test_children_come_page_by_page",
    "test_every_word_must_stand_somewhere",
    "test_folders_are_searched",
    "test_items_that_lead_to_what_one_may_not_see_are_not_there",
    "test_lists_name_people_and_groups",
    "test_looks_are_seen_and_changed_as_their_folder_is",
    "test_only_its_maker_sees_a_new_board",
    "test_owners_decide_about_their_folder",
    "test_pages_of_many_hold_and_count_what_may_be_seen",
    "test_seeing_ends_where_a_list_says_so",
    "test_the_trash_gives_back_what_it_took",
    "test_views_by_week_and_over_all",
    "test_what_matters_to_somebody",
    "test_what_one_may_not_see_is_not_found",
    "test_who_edits_a_folder_edits_what_is_below",
    "test_who_is_on_no_list_sees_nothing",
]


@pytest.fixture
def instance(make_instance: Callable[..., Instance], postgres_server: PostgresServer) -> Instance:
    return make_instance(database=postgres_server.url(postgres_server.create_database()))
