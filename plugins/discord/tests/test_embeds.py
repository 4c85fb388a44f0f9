"""From a notice to a post within Discord's limits."""

from typing import Any

from hub_discord.embeds import PHASE_COLOURS, SEVERITY_COLOURS, compose, is_address, nonce, progress, reply_embed, thread_name
from hub_discord.ledger import mark
from hub_discord.posts import AlertButton, LinkButton, Post
from hub_discord.simulator.limits import faults
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.api import Notice, Phase, Reply, Severity

ANY_TEXT = st.text(st.characters(codec=None)) | st.sampled_from(
    ["x" * 300, "_" * 1100, "\U0001f600" * 2500, "a*b\n" * 1500, " \n\t"]
)
NOTICES = st.builds(
    Notice,
    message=ANY_TEXT,
    title=st.none() | ANY_TEXT,
    severity=st.sampled_from(Severity),
    link=st.none() | ANY_TEXT | st.just("https://hub.example/x"),
    image=st.none() | ANY_TEXT | st.just("https://hub.example/x.png"),
    fields=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4) | st.just({f"field {n}": "v" for n in range(300)}),
    key=st.none() | ANY_TEXT,
    phase=st.sampled_from(Phase),
    actions=st.lists(st.sampled_from(["acknowledge", "snooze", "open", "dance"]), max_size=6).map(tuple),
    person=ANY_TEXT,
    id=ANY_TEXT,
)
SILENT = Notice(title="Roof is silent", message="No files.", severity=Severity.CRITICAL, key="roof", id="n1")


@settings(max_examples=80, deadline=None)
@given(NOTICES)
def test_any_notice_keeps_within_the_limits(notice: Notice) -> None:
    """Discord takes whatever is composed, judged by the simulator's own reading of the documentation."""
    post = compose(notice, None if notice.key is None else mark(notice.key), ping_role=1)

    assert faults(as_body(post)) == []
    assert post.embeds
    assert len(thread_name(notice)) <= 100
    assert faults(as_body(progress(notice))) == []


@given(NOTICES)
@settings(max_examples=30, deadline=None)
def test_any_answer_keeps_within_the_limits(notice: Notice) -> None:
    """The hub's answers come from states, whose text anybody may have written."""
    embed = reply_embed(Reply(text=notice.message, fields=notice.fields))

    assert faults({"embeds": [embed.as_dict()]}) == []


def test_what_does_not_fit_comes_along_as_a_file() -> None:
    """Ten thousand letters are shown in part, and nothing is lost."""
    post = compose(replace(SILENT, message="log " * 2500), None)

    assert post.attachment is not None
    assert post.attachment.text.count("log") == 2500
    assert post.embeds[0].description.endswith("…")


def test_many_fields_go_on_in_further_cards() -> None:
    """25 are the most in one."""
    post = compose(replace(SILENT, fields={f"{n}": "x" for n in range(60)}), None)

    assert [len(embed.fields) for embed in post.embeds] == [25, 25, 10]
    assert post.attachment is None


def test_colours_tell_severity_until_somebody_cares() -> None:
    """Then they tell the phase."""
    raised = [compose(replace(SILENT, severity=severity), None).embeds[0].colour for severity in Severity]
    acknowledged = compose(replace(SILENT, phase=Phase.ACKNOWLEDGED), None).embeds[0].colour

    assert raised == [SEVERITY_COLOURS[severity] for severity in Severity]
    assert len({*raised, *PHASE_COLOURS.values()}) == 6
    assert acknowledged == PHASE_COLOURS[Phase.ACKNOWLEDGED]


def test_words_tell_what_colours_tell() -> None:
    """A notification on a telephone has no colour, and some people see none."""
    resolved = replace(SILENT, phase=Phase.RESOLVED, person="discord:ada")

    assert compose(SILENT, None).embeds[0].title == "Critical: Roof is silent"
    assert compose(resolved, None).embeds[0].title == "Resolved: Roof is silent"
    assert compose(resolved, None).embeds[0].footer == "Critical, resolved by ada"


def test_buttons_are_there_while_something_is_to_be_done() -> None:
    """An alert that somebody looks after has none."""
    alert = replace(SILENT, actions=("acknowledge", "snooze", "open"), link="https://hub.example/")

    assert compose(alert, "roof").buttons == (
        AlertButton(action="acknowledge", alert="roof"),
        AlertButton(action="snooze", alert="roof"),
        LinkButton(label="Open", link="https://hub.example/"),
    )
    assert compose(replace(alert, phase=Phase.ACKNOWLEDGED), "roof").buttons == ()


def test_an_address_that_discord_refuses_is_told_in_words() -> None:
    """One bad link must not lose the alert."""
    post = compose(replace(SILENT, link="javascript:alert(1)", image="not an address"), None)

    assert (post.embeds[0].link, post.embeds[0].image) == (None, None)
    assert "javascript:alert(1)" in post.embeds[0].description


def test_addresses_are_recognised() -> None:
    """Only http and https, whole, without blanks."""
    assert is_address("https://hub.example:8123/x?y=1#z")
    for bad in (
        "",
        None,
        "hub.example",
        "ftp://x.example",
        "https://",
        "https://x y",
        "https://x:99999/",
        "http://[::1",
        "x" * 3000,
    ):
        assert not is_address(bad)


def test_a_nonce_depends_on_the_notice_alone() -> None:
    """So the same notice, sent again after a crash, is the same message."""
    first, again = compose(SILENT, None), compose(SILENT, "roof", ping_role=5)

    assert first.nonce == again.nonce == nonce("n1")
    assert nonce("n1") != nonce("n2")


def as_body(post: Post) -> dict[str, Any]:
    buttons: list[dict[str, Any]] = [
        {"style": 5, "label": button.label, "url": button.link}
        if isinstance(button, LinkButton)
        else {"style": 1, "label": button.action, "custom_id": f"hub:{button.action}:{button.alert}"}
        for button in post.buttons
    ]
    body: dict[str, Any] = {"content": post.content, "nonce": post.nonce, "embeds": [embed.as_dict() for embed in post.embeds]}
    return body | ({"components": [{"components": buttons}]} if buttons else {})
