# ruff: noqa: E501 (mails are as wide as they are)
"""A mail in HTML is read as it is seen: nothing that its page hides, and all that it shows."""

import pytest

from ingest.channels import markup
from tests.ingest.channels.email.making import HTML, said


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none;max-height:0">Unseen</div>',
        '<div style="DISPLAY : NONE !important"><p>Unseen<b>Un</b>seen</p></div>',
        '<span style="font-size:0px;line-height:0">Unseen</span>',
        "<div style='font-size:1px;color:#fff'>Unseen</div>",
        '<div style="max-height:0px;overflow:hidden">Unseen</div>',
        '<p style="visibility:hidden">Unseen</p>',
        '<p style="opacity:0">Unseen</p>',
        "<p hidden>Unseen</p>",
        '<span style="mso-hide:all">Unseen</span>',
        '<div style="height:0;width:0;overflow:hidden">Unseen</div>',
        "<style>.preheader{display:none !important}</style><span class='preheader'>Unseen</span>",
        "<style>#pre { color:red; display: none }</style><div id=pre>Unseen</div>",
        "<!--[if mso]><p>Unseen</p><![endif]-->",
    ],
)
def test_what_a_page_hides_is_not_read(hidden: str) -> None:
    page = f"<html><head><style>p{{color:red}}</style></head><body>{hidden}<p>The boxes blow.</p></body></html>"
    assert said(HTML, page) == "The boxes blow."


@pytest.mark.parametrize(
    "seen",
    [
        '<td style="font-size:0px;padding:1px"><div style="font-size:13px">The boxes blow.</div></td>',
        "<style>@media print{.a{display:none}}</style><p class=a>The boxes blow.</p>",
        '<p style="display:none">x<p>The boxes blow.</p>',
        '<div style="max-height:500px;opacity:0.9">The boxes blow.</div>',
        '<div style="font-size:10px">The boxes blow.</div>',
    ],
)
def test_what_only_looks_hidden_is_read(seen: str) -> None:
    assert said(HTML, f"<body>{seen}</body>") == "The boxes blow."


def test_answers_below_and_between_what_markup_cites_are_read() -> None:
    page = '<div class="moz-cite-prefix">On 3/3/25 Jo wrote:<br></div><blockquote type="cite">When?</blockquote><p>Friday.</p>'
    assert said(HTML, page) == "Friday."


def test_markup_ends_where_mail_programs_begin_the_quoted_mail() -> None:
    quoted = '<p>No ramp.</p><div id="divRplyFwdMsg">Please wait.</div>'
    assert markup.text(quoted, history=False) == "No ramp."
    assert markup.text(quoted) == "No ramp.\n\nPlease wait."


def test_html_that_is_history_alone_is_read_whole() -> None:
    assert markup.text('<div class="gmail_quote">No bins.</div>', history=False) == "No bins."
    assert markup.text("a<b c <i>d</i>") == "a<b c d"
    assert markup.text("<script>x<y</script>seen<!-- un<b>seen</b> --> too<style>") == "seen too"
