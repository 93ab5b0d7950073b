"""City -> Plan: allocate every number that the inventory does not pin."""

from citynet.allocate.allocate import allocate, numbered
from citynet.allocate.clashes import problems
from citynet.allocate.plan import Plan

__all__ = ["Plan", "allocate", "numbered", "problems"]
