"""Text as Discord counts and shows it."""

from hub_discord.text import clean, clip, escape, length, split
from hypothesis import given
from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec=None))


def test_markdown_is_shown_as_it_was_written() -> None:
    """Nothing in a notice may become bold, a spoiler, a link that lies, or a mention."""
    assert escape("**bold** ||spoiler|| `code`") == r"\*\*bold\*\* \|\|spoiler\|\| \`code\`"
    assert escape("[bank](https://evil.example)") == r"\[bank](https://evil.example)"
    assert escape("<@123> <#4> @everyone @here") == r"\<@123> \<#4> \@everyone \@here"


def test_headings_lists_and_quotes_begin_no_line() -> None:
    """A log line that starts with `#` or `-` stays a log line."""
    assert escape("# big\n-# small\n- item\n1. one\n> quote") == "\\# big\n\\-# small\n\\- item\n1\\. one\n\\> quote"


def test_a_backslash_cannot_undo_the_escaping() -> None:
    r"""`\*` in the text must not turn into an escaped backslash and a live star."""
    assert escape(r"\*x\*") == r"\\\*x\\\*"


def test_a_bare_address_stays_one() -> None:
    """A backslash would become part of the address."""
    assert escape("see https://x.example/a_b_c?d=*e* now_") == r"see https://x.example/a_b_c?d=*e* now\_"


def test_what_deceives_or_cannot_be_sent_is_dropped() -> None:
    """Direction overrides, control characters and half surrogates."""
    assert clean("a\u202eb\x00c\ud800d\r\ne\tf") == "abcd\ne\tf"


@given(ANY_TEXT, st.integers(1, 50))
def test_clipped_text_fits(text: str, limit: int) -> None:
    """However the letters count."""
    clipped = clip(text, limit)

    assert length(clipped) <= limit
    assert clipped == text or clipped.endswith("…")


@given(ANY_TEXT, st.integers(2, 50))
def test_pieces_fit_and_lose_nothing(text: str, limit: int) -> None:
    """Splitting cuts; only pieces that would show nothing are dropped."""
    pieces = split(text, limit)

    assert all(length(piece) <= limit and piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_text_is_split_at_the_ends_of_lines() -> None:
    """A report stays readable."""
    assert split("one two\nthree four\nfive", 12) == ["one two\n", "three four\n", "five"]


@given(st.text("\\*_~`|<[@#-1. \nab", max_size=30))
def test_clipping_never_leaves_half_an_escape(text: str) -> None:
    """A backslash at the cut would swallow the `…`."""
    clipped = clip(escape(text), 10)

    assert not clipped.removesuffix("…").endswith("\\") or not clipped.endswith("…")
