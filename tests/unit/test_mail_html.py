"""HTML for mail, made from text and back."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24sync.domain.html import frame, html_to_text, text_to_html, with_notice


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def tags(html):
    reader = Tags()
    reader.feed(html)
    return reader.seen


def test_paragraphs_and_lines_are_kept():
    html = text_to_html("Здравствуйте!\r\n\r\nодна\nдва\n\n\n\nконец\n")
    assert html.count("<p ") == 3
    assert "одна<br>\nдва" in html


def test_text_from_the_crm_is_escaped():
    html = text_to_html("""<script>alert(1)</script> & "x" <img src=x onerror='y'>""")
    assert {tag for tag, _ in tags(html)} == {"p"}
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("см. https://example.ru/a?b=1&c=2.", "https://example.ru/a?b=1&c=2"),
        ("(http://example.ru/x)", "http://example.ru/x"),
        ("https://ru.wikipedia.org/wiki/A_(b)", "https://ru.wikipedia.org/wiki/A_(b)"),
        ("https://example.ru/счёт, далее", "https://example.ru/счёт"),
    ],
)
def test_web_addresses_become_links_without_the_punctuation_around(text, target):
    links = [values["href"] for tag, values in tags(text_to_html(text)) if tag == "a"]
    assert links == [target]


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "ftp://x", 'https://"onmouseover="x']
)
def test_nothing_but_web_addresses_becomes_a_link(text):
    assert [tag for tag, _ in tags(text_to_html(text)) if tag == "a"] == []


@given(st.text(max_size=200))
def test_no_text_can_make_an_element_of_its_own(text):
    assert {tag for tag, _ in tags(text_to_html(text))} <= {"p", "br", "a"}


def test_the_frame_says_its_language_and_escapes_title_and_footer():
    html = frame(
        "<p>Тело</p>",
        title="Счёт <1>",
        footer="ООО «A & B»\nhttps://example.ru",
        lang="ru",
        preheader="До <5>",
    )
    found = tags(html)
    assert ("html", {"lang": "ru"}) in found
    assert "Счёт &lt;1&gt;" in html
    assert "A &amp; B" in html
    assert [values["href"] for tag, values in found if tag == "a"] == ["https://example.ru"]
    assert "max-width:600px" in html
    assert "До &lt;5&gt;" in html
    assert "$" not in html


def test_a_dollar_in_the_body_is_only_a_dollar():
    assert "Price: $title ${x} $$" in frame("Price: $title ${x} $$", title="T")


def test_the_text_of_a_framed_mail_is_what_a_reader_sees():
    body = text_to_html("Здравствуйте!\n\nСчёт: https://example.ru/1")
    text = html_to_text(frame(body, title="Счёт № 5", footer="Отдел продаж", preheader="скрыто"))
    assert text == "Счёт № 5\n\nЗдравствуйте!\n\nСчёт: https://example.ru/1\n\nОтдел продаж"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>раз<li>два</ul>", "- раз\n- два"),
        ("<table><tr> <td>a</td> <td>b</td> </tr> <tr> <td>c</td><td>d</td></tr></table>", "a  b\nc  d"),
        ('<a href="https://e.ru">сайт</a>', "сайт (https://e.ru)"),
        ('<a href="https://e.ru">https://e.ru</a>', "https://e.ru"),
        ('<a href="mailto:a@e.ru">a@e.ru</a>', "a@e.ru"),
        ("<style>p{}</style><script>x()</script>ok", "ok"),
        ('<div style="display: none">x<p>y</p></div>ok', "ok"),
        ("  много \n\t пробелов&nbsp;тут ", "много пробелов тут"),
        ("5 &lt; 6 &amp; &#8381;", "5 < 6 & ₽"),
        ("<p>не закрыто <b>жирно", "не закрыто жирно"),
        ("</p></div>x", "x"),
        ("", ""),
    ],
)
def test_html_becomes_readable_text(html, text):
    assert html_to_text(html) == text


@given(st.text("<>/abp \n\"'=-!&;lit", max_size=120))
def test_no_html_however_broken_stops_the_reading(html):
    assert isinstance(html_to_text(html), str)


def test_a_notice_comes_first_in_the_body_and_is_escaped():
    assert with_notice('<html><body class="x"><p>a</p></body></html>', "<b>").index("&lt;b&gt;") < 180
    assert html_to_text(with_notice("<p>a</p>", "знак <b>")) == "знак <b>\n\na"
    assert with_notice("", "x") == ""
