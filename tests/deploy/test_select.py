"""Which devices a pattern means."""

import pytest

from citynet.deploy.select import SelectionError, select

GROUPS = {
    "gov-core1": ("domain_government", "role_core"),
    "gov-acc1": ("domain_government", "role_access"),
    "x-core1": ("domain_crossdomain", "role_core"),
}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("all", {"gov-core1", "gov-acc1", "x-core1"}),
        ("gov-core1", {"gov-core1"}),
        ("gov-core1, x-core1", {"gov-core1", "x-core1"}),
        ("role_core", {"gov-core1", "x-core1"}),
        ("gov-*", {"gov-core1", "gov-acc1"}),
        ("*core1", {"gov-core1", "x-core1"}),
        ("domain_*", {"gov-core1", "gov-acc1", "x-core1"}),
        ("role_core,!x-core1", {"gov-core1"}),
        ("!x-core1", {"gov-core1", "gov-acc1"}),
        ("role_core,&domain_government", {"gov-core1"}),
        ("gov-acc1,role_core,!gov-*", {"x-core1"}),
    ],
)
def test_patterns(pattern: str, found: set[str]) -> None:
    assert select(pattern, GROUPS) == found


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("gov-core", "did you mean 'gov-core1'"),
        ("role_cor", "did you mean 'role_core'"),
        ("nothing-like-it", "no device and no group matches"),
        ("all,!gov-cor1", "gov-cor1"),
        ("", "empty"),
        (" , ", "empty"),
        ("gov-core1,", "'gov-core1,' has an empty name in it, expected devices and groups"),
        (",gov-core1", "empty"),
        ("gov-core1,,x-core1", "empty"),
        ("all,!", "empty"),
        ("all,& ", "empty"),
    ],
)
def test_what_matches_nothing_is_an_error(pattern: str, said: str) -> None:
    with pytest.raises(SelectionError, match=said):
        select(pattern, GROUPS)


def test_plays_may_name_groups_that_a_city_lacks() -> None:
    assert select("role_gateway", GROUPS, strict=False) == frozenset()
