"""Scripts as a shell runs them: what each part printed, and how it ended."""

import subprocess

import pytest

from plugins.frr import script
from plugins.frr.change import unfit_ruleset
from plugins.frr.script import Part
from plugins.frr.state import goal
from tests.plugins.frr.test_frr_driver import artifact


def ran(text: str) -> dict[str, Part]:
    return script.parts(subprocess.run(["sh"], input=text, capture_output=True, text=True).stdout)  # noqa: PLW1510


def test_a_part_says_how_it_ended() -> None:
    found = ran(
        script.part("good", "echo fine")
        + script.part("bad", "echo no; (exit 7)")
        + script.part("told", "{ cat; false; }", "a line, and $HOME\n")
    )
    said = {name: (each.text.strip(), each.status) for name, each in found.items()}
    assert said == {"good": ("fine", 0), "bad": ("no", 7), "told": ("a line, and $HOME", 1)}


def test_after_one_that_failed_nothing_is_done() -> None:
    found = ran(
        "failed=\n"
        + "".join(
            script.guarded(n, c, None) for n, c in (("a", "true"), ("b", "false"), ("c", "true"))
        )
    )
    assert {name: each.status for name, each in found.items()} == {"a": 0, "b": 1}


@pytest.mark.parametrize(
    ("canonical", "message"),
    [
        (Part("/dev/stdin:2:3-4: Error: syntax error, unexpected chain", 1), "syntax error"),
        (Part("table inet mine {\n}\n", 0), "table mine is not citynet's"),
    ],
)
def test_a_ruleset_that_cannot_be_compared(canonical: Part, message: str) -> None:
    wanted = goal(artifact("gov-acc1", **{"nftables.nft": "# no\ntable inet mine {\n}\n"}))
    found = unfit_ruleset(wanted, canonical)
    assert found is not None
    assert message in found.message
    assert (found.file, found.line, found.text) == ("nftables.nft", 2, "table inet mine {")


def test_one_that_can() -> None:
    wanted = goal(artifact("gov-acc1"))
    assert unfit_ruleset(wanted, Part("table inet citynet-access {\n}\n", 0)) is None
