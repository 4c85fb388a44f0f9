"""Which rules a leaf fits."""

from typing import Any

from hub_gnmi.config import GnmiConfig
from hub_gnmi.matching import Matching
from hub_gnmi.paths import Path
from hub_gnmi.rules import Rule, rules_of


def rules(*sensors: dict[str, Any]) -> list[Rule]:
    config = {"host": "switch", "plaintext": True, "profiles": [], "sensors": list(sensors)}
    return rules_of(GnmiConfig.model_validate(config))


def keys(matching: Matching, path: str) -> list[str]:
    return [rule.key for rule in matching.leaf(Path.parse(path))]


def test_a_leaf_is_found_by_its_path() -> None:
    """Keys that are said must be the same, wildcards take any."""
    matching = Matching(rules(
        {"path": "/interfaces/interface[name=*]/state/mtu", "key": "any"},
        {"path": "/interfaces/interface[name=eth0]/state/mtu", "key": "one"},
    ))  # fmt: skip

    assert keys(matching, "/interfaces/interface[name=eth0]/state/mtu") == ["any", "one"]
    assert keys(matching, "/interfaces/interface[name=eth1]/state/mtu") == ["any"]
    assert keys(matching, "/interfaces/interface[name=eth1]/state") == []
    assert keys(matching, "/oc-if:interfaces/oc-if:interface[name=eth1]/state/mtu") == ["any"]


def test_wildcards_of_elements_and_depth() -> None:
    """`*` is one element, `...` any number of them, none included."""
    matching = Matching(rules({"path": "/a/*/c", "key": "star"}, {"path": "/a/.../z", "key": "deep"}))

    assert keys(matching, "/a/b/c") == ["star"]
    assert keys(matching, "/a/z") == ["deep"]
    assert keys(matching, "/a/b/c/d/z") == ["deep"]
    assert keys(matching, "/b/z") == []


def test_only_and_ignore_choose_by_keys() -> None:
    """With globs."""
    matching = Matching(rules({
        "path": "/interfaces/interface[name=*]/state/mtu", "key": "mtu",
        "only": {"name": "Ethernet*"}, "ignore": {"name": ["Ethernet9*"]},
    }))  # fmt: skip

    assert keys(matching, "/interfaces/interface[name=Ethernet1]/state/mtu") == ["mtu"]
    assert keys(matching, "/interfaces/interface[name=Ethernet91]/state/mtu") == []
    assert keys(matching, "/interfaces/interface[name=Loopback0]/state/mtu") == []


def test_leaves_are_found_inside_a_branch() -> None:
    """A list's entries are told apart by the keys that the rules name; modules do not matter."""
    matching = Matching(rules({"path": "/interfaces/interface[name=*]/state/counters/in-octets", "key": "octets"}))
    branch = {
        "openconfig-interfaces:interface": [
            {"name": "eth0", "state": {"counters": {"in-octets": "5", "in-pkts": "1"}}},
            {"name": "eth1", "state": {"counters": {"in-octets": "6"}}},
            "nonsense",
        ]
    }

    found = {str(each.path): each.value for each in matching.inside(Path.parse("/interfaces"), branch)}

    assert list(found.values()) == ["6", "5"]
    assert "/interfaces/openconfig-interfaces:interface[name=eth0]/state/counters/in-octets" in found


def test_a_list_may_come_at_its_own_path() -> None:
    """All entries at once."""
    matching = Matching(rules({"path": "/interfaces/interface[name=*]/state/mtu", "key": "mtu"}))
    entries = [{"name": "eth0", "state": {"mtu": 1500}}, {"name": "eth1", "state": {"mtu": 9000}}]

    found = matching.inside(Path.parse("/interfaces/interface"), entries)

    assert sorted(each.value for each in found) == [1500, 9000]


def test_identity_and_title_come_from_the_keys() -> None:
    """The identity tells leaves apart whatever they are called; the title is for people."""
    (rule,) = rules({"path": "/probes/probe[name=*]/tests/test[name=*]/rtt", "name": "{probe_name}: {test_name} ({leaf})"})
    path = Path.parse("/probes/probe[name=a,b]/tests/test[name=c]/rtt")

    assert rule.identity(path) == "a\\,b,c"
    assert rule.title(path) == "a,b: c (rtt)"
    assert rule.title(Path.parse("/probes/probe[name={x}]/tests/test[name=c]/rtt")) == "{x}: c (rtt)"
