"""Documents against the vendors' own YANG models, offline, by libyang."""

from citynet.yang.document import YangProblem
from citynet.yang.models import ModelSet, YangError, configured
from citynet.yang.validate import validate, validate_all

__all__ = ["ModelSet", "YangError", "YangProblem", "configured", "validate", "validate_all"]
