"""HTML for mail: a frame that mail programs show well, and the ways between text and HTML."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from string import Template

_URL = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_PARAGRAPH = "margin:0 0 16px 0"
_LINK = "color:#0b66c3;text-decoration:underline"
_FONT = "font-family:'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

_FRAME = Template("""\
<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no">
<title>$title</title>
<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:620px){
.b24-pad{padding-left:20px!important;padding-right:20px!important}
.b24-out{padding:0!important}
.b24-card{border-radius:0!important;border-left:0!important;border-right:0!important}
}
@media (prefers-color-scheme:dark){
.b24-out{background:#15181c!important}
.b24-card{background:#1f242a!important;border-color:#343b44!important}
.b24-text,.b24-title{color:#e8eaed!important}
.b24-text a{color:#7db7f5!important}
.b24-foot,.b24-foot a{color:#9aa4b0!important}
.b24-line{border-color:#343b44!important}
}
</style>
</head>
<body class="b24-out" style="margin:0;padding:0;background:#f3f4f6;-webkit-text-size-adjust:100%">
$preheader<table role="presentation" class="b24-out" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="background:#f3f4f6">
<tr><td class="b24-out" align="center" style="padding:32px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table role="presentation" class="b24-card" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="max-width:600px;background:#fff;border:1px solid #e2e5e9;border-radius:8px;border-collapse:separate">
$heading<tr><td class="b24-pad b24-text" style="padding:$top 36px 16px
36px;$font;font-size:16px;line-height:1.55;
color:#1f2730;text-align:left;word-break:break-word;overflow-wrap:anywhere"> $body </td></tr>
$footer</table> <!--[if mso]></td></tr></table><![endif]--> </td></tr> </table> </body> </html>
""")
_HEADING = Template(
    '<tr><td class="b24-pad b24-title" style="padding:32px 36px 0 36px;$font;font-size:22px;line-height:1.3;'
    'font-weight:600;color:#1f2730;text-align:left"><h1 style="margin:0;font-size:22px;line-height:1.3;'
    'font-weight:600">$title</h1></td></tr>\n'
)
_FOOTER = Template(
    '<tr><td class="b24-pad" style="padding:0 36px 28px 36px">'
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
    '<td class="b24-foot b24-line" style="padding-top:16px;border-top:1px solid #e2e5e9;'
    '$font;font-size:13px;line-height:1.5;color:#667180;text-align:left">$footer</td></tr></table></td></tr>\n'
)
_PREHEADER = Template(
    '<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;'
    'font-size:1px;line-height:1px;color:transparent">$preheader$filler</div>\n'
)
_FILLER = "&#847;&zwnj;&nbsp;" * 40  # keeps the list view of mail programs from going on with the body


def frame(body_html: str, *, title: str = "", footer: str = "", lang: str = "ru", preheader: str = "") -> str:
    """A whole HTML page around a body: at most 600 px wide, tables and inline styles, readable in dark mode.

    Args:
        body_html: The body, safe already (``text_to_html`` makes one from text).
        title: Plain text for the heading; empty: none.
        footer: Plain text below a line; links in it become clickable.
        lang: For screen readers and hyphenation.
        preheader: Plain text that mail programs show beside the subject; hidden in the mail.
    """
    return _FRAME.substitute(
        lang=escape(lang),
        title=escape(title),
        preheader=_PREHEADER.substitute(preheader=escape(preheader), filler=_FILLER) if preheader else "",
        heading=_HEADING.substitute(font=_FONT, title=escape(title)) if title else "",
        top="16px" if title else "32px",
        font=_FONT,
        body=body_html,
        footer=_FOOTER.substitute(font=_FONT, footer=_lines(footer.strip())) if footer.strip() else "",
    )


def text_to_html(text: str) -> str:
    """Escaped paragraphs of a plain text; ``http`` and ``https`` addresses become links."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", re.sub(r"\r\n?", "\n", text).strip())
    return "\n".join(
        f'<p style="{_PARAGRAPH}">{_lines(paragraph)}</p>' for paragraph in paragraphs if paragraph
    )


def html_to_text(html: str) -> str:
    """A readable text of an HTML mail: paragraphs, list marks, table cells, link targets; nothing hidden."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return reader.text()


def with_notice(html: str, notice: str) -> str:
    """The HTML with a line of plain text put at its visible beginning; empty HTML stays empty."""
    if not html:
        return ""
    block = (
        f'<div style="padding:8px 12px;background:#fff4ce;color:#5c4400;font:14px/1.4 '
        f'Arial,sans-serif">{escape(notice)}</div>'
    )
    match = _BODY_TAG.search(html)
    return html[: match.end()] + block + html[match.end() :] if match else block + html


def _lines(text: str) -> str:
    return "<br>\n".join(_linked(line.rstrip()) for line in text.split("\n"))


def _linked(line: str) -> str:
    parts, position = [], 0
    for match in _URL.finditer(line):
        url = _without_closing(match.group())
        parts += [
            escape(line[position : match.start()]),
            f'<a href="{escape(url)}" style="{_LINK}">{escape(url)}</a>',
        ]
        position = match.start() + len(url)
    return "".join(parts) + escape(line[position:])


def _without_closing(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    url = url.rstrip(".,;:!?»”…")
    while url.endswith((")", "]")) and url.count("(["[url[-1] == "]"]) < url.count(url[-1]):
        url = url[:-1].rstrip(".,;:!?»”…")
    return url


class _TextReader(HTMLParser):
    """Collects visible text; line breaks are marked while reading and tidied at the end."""

    _SILENT = frozenset({"head", "script", "style", "template", "title"})
    _VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    )
    _PARAGRAPHS = frozenset(
        {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"}
    )
    _BLOCKS = frozenset({"address", "article", "dd", "div", "dt", "footer", "header", "li", "section", "tr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tag, and whether its content is hidden
        self._links: list[tuple[str, int]] = []  # target, and where its text begins

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        values = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._add("\n")
        if tag in self._VOID:
            self._break(tag)
            return
        style = values.get("style", "").replace(" ", "").lower()
        self._open.append((tag, tag in self._SILENT or "hidden" in values or "display:none" in style))
        self._break(tag)
        if tag == "li":
            self._add("- ")
        elif tag in {"td", "th"} and self._parts and not self._parts[-1].endswith("\n"):
            self._add("\t")
        elif tag == "a":
            self._links.append((values.get("href", ""), len(self._parts)))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those left open inside it."""
        if tag not in {name for name, _ in self._open}:
            return
        if tag == "a" and self._links:
            self._close_link()
        self._break(tag)
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take text; runs of white space count as one space."""
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        if text != " " or not (self._parts and self._parts[-1].endswith("\n")):
            self._add(text)

    def text(self) -> str:
        """What was read: trimmed lines, at most one empty line between."""
        joined = re.sub("[\u034f\u200b\u200c\u2060\ufeff\u00ad]", "", "".join(self._parts)).replace(
            "\u00a0", " "
        )
        lines = [re.sub(r" *\t *", "  ", line.strip(" \t")) for line in joined.split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(re.sub(r" {3,}", "  ", line) for line in lines)).strip(
            "\n"
        )

    def _add(self, text: str) -> None:
        if not any(hidden for _, hidden in self._open):
            self._parts.append(text)

    def _break(self, tag: str) -> None:
        if tag in self._PARAGRAPHS:
            self._add("\n\n")
        elif tag in self._BLOCKS:
            self._line_break()

    def _line_break(self) -> None:
        if self._parts and not self._parts[-1].endswith("\n"):
            self._add("\n")

    def _close_link(self) -> None:
        target, start = self._links.pop()
        shown = "".join(self._parts[start:]).strip()
        bare = target.removeprefix("mailto:").removeprefix("tel:")
        if bare and not target.startswith("#") and bare != shown:
            self._add(f" ({bare})" if shown else bare)
