"""The misbehaving device and its driver, as in the tests of faults."""

from tests.netconf.faults.conftest import device, driver, fleet

__all__ = ["device", "driver", "fleet"]
