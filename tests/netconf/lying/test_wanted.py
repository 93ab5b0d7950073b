"""What a device holds, against what was wanted of it: on trees, without any device."""

import pytest

from citynet.netconf.profile import Owned, Profile
from citynet.netconf.shown import Shown
from citynet.netconf.wanted import ANOTHER, FOREIGN, KEPT, LEFT_OUT, ORDER, Lack, lacking
from citynet.xml import Element, parse_document

PROFILE = Profile(
    "toy",
    owned=(
        Owned("/ports/port[name]", kept="mgmt", permanent=r"ge\d", skeleton=("name", "kind")),
        Owned("/routing[id=main]/isis"),
        Owned("/acl"),
        Owned("/host"),
    ),
    ordered=frozenset({"rule"}),
    shown=Shown(
        defaults=frozenset(
            {
                *(("/ports/port/mtu", "1500"), ("/acl/logging/level", "3")),
                *(("/acl/bind/type", "in"), ("/acl/guard/level", "3")),
            }
        ),
        hollow=frozenset({"/acl/logging"}),
        presence=frozenset({"/acl/guard"}),
    ),
    derived=r"/ports/port/index|/routing/id-list",
)
MGMT = "<port><name>mgmt</name><address>192.0.2.1</address></port>"
OTHERS = "<users><user><name>root</name><group>g</group></user></users>"


def tree(content: str, name: str = "config") -> Element:
    return parse_document(f'<{name} xmlns="urn:x">{content}</{name}>'.encode())


def judged(wanted: str, held: str, before: str = "", *, additive: bool = False) -> list[Lack]:
    return lacking(
        tree(wanted), tree(before, "data"), tree(held, "data"), PROFILE, additive=additive
    )


def differences(*args: str, additive: bool = False) -> list[tuple[str, str, str]]:
    return [(each.what, each.path, each.held) for each in judged(*args, additive=additive)]


PORT = "<ports><port><name>a</name><metric>7</metric><on/></port></ports>"
TWO = "<ports><port><name>a</name></port><port><name>b</name></port></ports>"
RULES = "<acl><rule><id>1</id><do>drop</do></rule><rule><id>2</id><do>pass</do></rule></acl>"
GUARD = RULES.replace("<acl>", "<acl><guard><level>3</level></guard>")
BOUND = "<acl><bind><type>in</type><to>::1</to></bind></acl>"
PREFIXED = '<type xmlns:p="urn:x">p:in'


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (PORT, PORT),
        (PORT, "<ports><port><on/><metric> 07</metric><name>a</name></port></ports>"),
        (PORT, f"<ports>{MGMT}<port><name>a</name><metric>7</metric><on/></port></ports>"),
        (TWO, "<ports><port><name>b</name></port><port><name>a</name></port></ports>"),
        (PORT, PORT.replace("<on/>", "<on/><mtu>1500</mtu>")),
        (PORT.replace("<on/>", "<mtu>1500</mtu>"), PORT.replace("<on/>", "")),
        (PORT, PORT.replace("<on/>", "<on/><index>42</index>")),
        (RULES, RULES.replace("<acl>", "<acl><logging><level>3</level></logging>")),
        (RULES, RULES.replace("<acl>", "<acl><logging/>")),
        (RULES.replace("<acl>", "<acl><logging/>"), RULES),
        (
            "<acl><logging><level>3</level><to>::1</to></logging></acl>",
            "<acl><logging><to>::1</to></logging></acl>",
        ),
        (
            "<acl><bind><type>in</type><to>::1</to></bind></acl>",
            "<acl><bind><to>::1</to></bind></acl>",
        ),
        ("", "<ports><port><name>ge1</name><kind>ge</kind></port></ports>"),
        (BOUND.replace("<type>in</type>", ""), BOUND.replace("<type>in", PREFIXED)),
        (GUARD, GUARD.replace("<level>3</level>", "")),
        (GUARD.replace("<level>3</level>", ""), GUARD),
        ("<host>r1</host>", f"<host>r1</host>{OTHERS}"),
        ("<ports><port><name>mgmt</name></port></ports>", f"<ports>{MGMT}</ports>"),
    ],
)
def test_as_wanted(wanted: str, held: str) -> None:
    assert not judged(wanted, held)


@pytest.mark.parametrize(
    ("wanted", "held", "said"),
    [
        (PORT, "", (LEFT_OUT, "/ports", "")),
        (PORT, "<ports/>", (LEFT_OUT, "/ports/port[name='a']", "")),
        (PORT, PORT.replace("<on/>", ""), (LEFT_OUT, "/ports/port[name='a']/on", "")),
        (PORT, PORT.replace("7", "8"), (ANOTHER, "/ports/port[name='a']/metric", "8")),
        (
            PORT,
            PORT.replace("<metric>7</metric>", ""),
            (LEFT_OUT, "/ports/port[name='a']/metric", ""),
        ),
        (
            PORT,
            PORT.replace("<on/>", "<on/><mtu>9000</mtu>"),
            (KEPT, "/ports/port[name='a']/mtu", "9000"),
        ),
        (PORT, PORT.replace("<on/>", "<on/><off/>"), (KEPT, "/ports/port[name='a']/off", "")),
        (
            TWO,
            "<ports><port><name>b</name></port></ports>",
            (LEFT_OUT, "/ports/port[name='a']", ""),
        ),
        ("", "<ports><port><name>c</name></port></ports>", (KEPT, "/ports/port[name='c']", "")),
        ("", "<host>r9</host>", (KEPT, "/host", "r9")),
        (
            BOUND.replace("<type>in</type>", ""),
            BOUND.replace("<type>in", PREFIXED.replace("p:", "q:")),
            (KEPT, "/acl/bind[type='q:in']/type", "q:in"),
        ),
        (GUARD, RULES, (LEFT_OUT, "/acl/guard", "")),
        (RULES, GUARD, (KEPT, "/acl/guard", "")),
        (GUARD, GUARD.replace("3", "4"), (ANOTHER, "/acl/guard/level", "4")),
        (GUARD.replace("3", "4"), GUARD, (ANOTHER, "/acl/guard/level", "3")),
        (
            GUARD.replace("3", "4"),
            GUARD.replace("<level>3</level>", ""),
            (LEFT_OUT, "/acl/guard/level", ""),
        ),
        (RULES, RULES.replace("<acl>", "<acl><guarded/>"), (KEPT, "/acl/guarded", "")),
        (
            "",
            "<ports><port><name>ge1</name><kind>ge</kind><metric>7</metric></port></ports>",
            (KEPT, "/ports/port[name='ge1']/metric", "7"),
        ),
        (
            RULES,
            "<acl><rule><id>2</id><do>pass</do></rule><rule><id>1</id><do>drop</do></rule></acl>",
            (ORDER, "/acl/rule[id='1']", ""),
        ),
        (RULES, RULES.replace("drop", "pass"), (ANOTHER, "/acl/rule[id='1']/do", "pass")),
        (
            "<routing><id>main</id><isis><net>49</net></isis></routing>",
            "<routing><id>main</id></routing>",
            (LEFT_OUT, "/routing[id='main']/isis", ""),
        ),
    ],
)
def test_not_as_wanted(wanted: str, held: str, said: tuple[str, str, str]) -> None:
    assert differences(wanted, held) == [said]


def test_a_leaf_list_is_compared_by_its_values() -> None:
    wanted = "<acl><to>::1</to><to>::2</to></acl>"
    assert not differences(wanted, "<acl><to>0::2</to><to>::1</to></acl>")
    assert differences(wanted, "<acl><to>::1</to><to>::3</to></acl>") == [
        (LEFT_OUT, "/acl/to", ""),
        (KEPT, "/acl/to", "::3"),
    ]


def test_it_names_the_line() -> None:
    wanted = tree(PORT.replace("><", ">\n<"))
    held = tree(PORT.replace("<metric>7</metric>", ""))
    [lack] = lacking(wanted, tree(""), held, PROFILE, additive=False)
    assert lack.element is not None
    assert lack.element.line == 4


def test_what_is_not_ours_is_as_it_was() -> None:
    before = f"{OTHERS}<ports>{MGMT}</ports><routing><id>main</id><bgp>1</bgp></routing>"
    after = PORT.replace("<ports>", f"<ports>{MGMT}")
    kept = "<routing><id>main</id><bgp>1</bgp></routing>"
    assert not differences(PORT, f"{OTHERS}{after}{kept}", before)
    assert differences(PORT, f"{after}{kept}", before) == [(FOREIGN, "/users", "")]
    assert differences(PORT, f"{OTHERS}{PORT}{kept}", before) == [
        (FOREIGN, "/ports/port[name='mgmt']", "")
    ]
    moved = kept.replace("1", "2")
    assert differences(PORT, f"{OTHERS}{after}{moved}", before) == [
        (FOREIGN, "/routing[id='main']/bgp", "2")
    ]


def test_what_the_artifact_merges_into_what_is_not_ours_may_change() -> None:
    before = "<users><user><name>root</name><group>g</group></user></users>"
    wanted = before.replace("<group>g", "<group>h")
    assert not differences(wanted, wanted, before)
    assert differences(wanted, before, before) == [(ANOTHER, "/users/user[name='root']/group", "g")]


def test_a_part_removes_nothing() -> None:
    before = "<ports><port><name>b</name></port></ports>"
    both = "<ports><port><name>a</name></port><port><name>b</name></port></ports>"
    part = "<ports><port><name>a</name></port></ports>"
    assert not differences(part, both, before, additive=True)
    assert differences(part, part, before, additive=True) == [
        (FOREIGN, "/ports/port[name='b']", "")
    ]


def test_defaults_that_the_device_marks() -> None:
    mark = 'xmlns:d="urn:ietf:params:xml:ns:netconf:default:1.0" d:default="true"'
    held = PORT.replace("<on/>", f"<on/><cost {mark}>10</cost>")
    assert not differences(PORT, held)
    assert differences(PORT, held.replace(mark, "")) == [(KEPT, "/ports/port[name='a']/cost", "10")]


def test_a_device_that_shows_defaults_and_does_not_mark_them() -> None:
    """A leaf may be one; what has something in it is none."""

    def found(held: str) -> list[Lack]:
        return lacking(tree(PORT), tree(""), tree(held), PROFILE, additive=False, lenient=True)

    assert not found(PORT.replace("<on/>", "<on/><cost>10</cost>"))
    assert found(PORT.replace("<on/>", "<on/><vlan><id>3</id></vlan>"))


def test_many_entries_in_another_form_are_found_in_linear_time() -> None:
    from tests.work import calls  # noqa: PLC0415

    def entries(count: int, form: str) -> str:
        each = "".join(f"<to><at>{form.format(n)}</at><x>1</x></to>" for n in range(count))
        return f"<acl>{each}</acl>"

    def work(count: int) -> int:
        wanted, held = entries(count, "2001:DB8::{:x}"), entries(count, "2001:db8:0::{:x}")
        trees = tree(wanted), tree(""), tree(held)
        return calls(lambda: lacking(*trees, PROFILE, additive=False))

    assert not judged(entries(500, "2001:DB8::{:x}"), entries(500, "2001:db8:0::{:x}"))
    assert work(1200) < 4.5 * work(300)
