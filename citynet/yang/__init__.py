"""Documents against the vendors' own YANG models, offline, by libyang.

Every platform names its models, so what is here is light; `citynet.yang.validate` does the work.
"""

from citynet.yang.models import ModelSet, Source, YangError, configured

__all__ = ["ModelSet", "Source", "YangError", "configured"]
