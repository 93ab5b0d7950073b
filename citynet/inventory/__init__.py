"""The city as an inventory: hosts, groups and variables, as Ansible and Nornir know them."""

from citynet.inventory.groups import groups_of, safe_group

__all__ = ["groups_of", "safe_group"]
