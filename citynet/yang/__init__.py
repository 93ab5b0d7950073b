"""Documents against the vendors' own YANG models, offline, by libyang."""

from citynet.yang.models import ModelSet

__all__ = ["ModelSet"]
