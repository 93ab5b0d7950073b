"""What can go wrong with a lab, each as a sentence that says what to do."""

from citynet.errors import CitynetError


class LabError(CitynetError):
    """Something about a lab failed; the text says what to do."""


class HostError(LabError):
    """A lab host cannot be reached, or a command on it failed."""


class BuildError(LabError):
    """An image, the VM, or containerlab could not be built."""


class StateError(LabError):
    """What is recorded about a lab cannot be read, or is not what is running."""
