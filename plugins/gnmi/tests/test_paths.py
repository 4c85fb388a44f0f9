"""Paths are read and written as gNMI spells them."""

import pytest
from hub_gnmi.paths import BadPath, Element, Path, fits
from hypothesis import given
from hypothesis import strategies as st
from pygnmi.create_gnmi_path import gnmi_path_generator


def test_a_path_is_its_elements_and_their_keys() -> None:
    """Slashes in brackets belong to the key."""
    path = Path.parse("/interfaces/interface[name=Ethernet1/1]/state/oper-status")

    assert [element.name for element in path.elements] == ["interfaces", "interface", "state", "oper-status"]
    assert path.elements[1].keys == (("name", "Ethernet1/1"),)


def test_an_origin_stands_before_the_path() -> None:
    """A module before an element's name is no origin."""
    assert Path.parse("cli:/show/version") == Path((Element("show"), Element("version")), "cli")
    assert Path.parse("/openconfig-interfaces:interfaces").origin == ""
    assert Path.parse("rfc7951:") == Path((), "rfc7951")


def test_a_value_may_hold_what_separates() -> None:
    """An escaped bracket, a backslash, an equals sign."""
    path = Path.parse(r"/acl/entry[name=a\]b\\c=d][seq=10]/state")

    assert path.elements[1].keys == (("name", r"a]b\c=d"), ("seq", "10"))
    assert Path.parse(str(path)) == path


@pytest.mark.parametrize(
    "text",
    ["/a[b", "/a[b=c", "/a[=c]", "/a[b]", "/[a=b]", "/a[b=c][b=d]", "/a[b=c]x", "/a]", "/a\\", "/a" * 65, "/" + "a" * 2000],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    """And the message says how one is spelt."""
    with pytest.raises(BadPath, match="spelt like"):
        Path.parse(text)


@given(st.lists(st.tuples(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), st.dictionaries(
    st.from_regex(r"[a-z][a-z-]{0,5}", fullmatch=True), st.text(max_size=12), max_size=2)), max_size=6))  # fmt: skip
def test_what_is_written_is_read_again(parts: list[tuple[str, dict[str, str]]]) -> None:
    """Whatever the keys hold."""
    path = Path(tuple(Element(name, tuple(sorted(keys.items()))) for name, keys in parts))

    assert Path.parse(str(path)) == path


@pytest.mark.parametrize("text", ["/a/b", "/interfaces/interface[name=Ethernet1/1]/state", "/a[x=1][y=2]/b[z=3]"])
def test_pygnmi_reads_plain_paths_alike(text: str) -> None:
    """Its reader takes no `=` and no escapes in keys; where it can read a path, it reads the same one."""
    theirs = gnmi_path_generator(text)

    assert [(each.name, tuple(sorted(each.key.items()))) for each in theirs.elem] == [
        (each.name, each.keys) for each in Path.parse(text).elements
    ]


def test_a_path_covers_what_is_below_it() -> None:
    """Wildcards and missing keys stand for all; modules do not matter."""
    leaf = Path.parse("/interfaces/interface[name=eth0]/state/oper-status")

    assert Path().covers(leaf)
    assert Path.parse("/interfaces/interface").covers(leaf)
    assert Path.parse("/interfaces/interface[name=*]/state").covers(leaf)
    assert Path.parse("/oc-if:interfaces/*[name=eth0]").covers(leaf)
    assert not Path.parse("/interfaces/interface[name=eth1]").covers(leaf)
    assert not Path.parse("/interfaces/interface[name=eth0]/state/oper-status/deeper").covers(leaf)


def test_a_key_that_is_left_out_fits() -> None:
    """On either side."""
    assert fits(Element("interface"), Element("interface", (("name", "eth0"),)))
    assert fits(Element("interface", (("name", "eth0"),)), Element("interface"))
