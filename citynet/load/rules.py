"""All the rules of an inventory, in the order in which a person would check them."""

from collections.abc import Callable, Iterable

from citynet.errors import Problem, coded
from citynet.load import (
    rules_addresses,
    rules_domains,
    rules_images,
    rules_light,
    rules_names,
    rules_optical,
    rules_services,
    rules_topology,
)
from citynet.load.references import dangling
from citynet.model import City

Rule = Callable[[City], Iterable[Problem]]

RULES: tuple[Rule, ...] = (
    rules_names.device_name_is_free,
    rules_topology.node_network_in_domain,
    rules_images.real_image_is_named,
    rules_addresses.pins_are_unicast,
    rules_addresses.number_makes_a_router_id,
    rules_addresses.system_id_is_not_zero,
    rules_topology.ring_names_once,
    rules_topology.ring_in_one_domain,
    rules_topology.link_joins_two,
    rules_topology.link_in_one_domain,
    rules_topology.link_on_its_ring,
    rules_topology.pins_are_on_ends,
    rules_topology.interface_pinned_once,
    rules_optical.device_names_once,
    rules_optical.ring_has_a_line_system_for_each_node,
    rules_optical.line_systems_of_a_ring,
    rules_optical.line_of_a_terminal,
    rules_optical.one_terminal_for_a_line_system,
    rules_light.light_needs_line_systems,
    rules_light.spans_are_of_the_ring,
    rules_light.frequency_is_on_the_grid,
    rules_light.risk_group_of_its_own_fibre,
    rules_services.vpn_network_in_domain,
    rules_services.endpoint_in_domain,
    rules_services.endpoint_in_network,
    rules_services.endpoint_pin_is_a_host,
    rules_services.gateway_ends_are_gateways,
    rules_services.gateway_joins_two_domains,
    rules_services.gateway_pair_once,
    rules_services.flow_between_domains,
    rules_services.flow_ports,
    rules_services.vpn_pair_has_one_gateway,
)
"""Rules about one entry at a time; they hold in any part of a city.

Whether pinned numbers clash or fit their pools is the allocator's to say.
"""

HEADER_RULES: frozenset[Rule] = frozenset({rules_images.real_image_is_named})
"""Those of them that also depend on what `city` says of all."""

WHOLE_RULES: tuple[Rule, ...] = (
    rules_domains.vpns_need_a_core,
    rules_domains.domain_is_connected,
    rules_optical.line_system_is_on_a_ring,
    rules_optical.channels_end_on_a_terminal,
)
"""Rules about a city as a whole: only asked when nothing is missing from it."""


def code_of(rule: Rule) -> str:
    """The code of what breaks a rule: the rule's own name, `ring-names-once`."""
    return rule.__name__.replace("_", "-")


def apply(rules: Iterable[Rule], city: City) -> list[Problem]:
    """Ask rules about a city."""
    return [problem for rule in rules for problem in coded(code_of(rule), rule(city))]


def check(city: City) -> list[Problem]:
    """Check a city that was made in Python as one from files is: references and all rules."""
    problems = list(dangling(city.model_dump(by_alias=True)))
    problems += apply(RULES, city)
    return problems or apply(WHOLE_RULES, city)
