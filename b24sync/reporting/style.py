"""The style sheet of the page: light and dark, wide and narrow, screen and paper."""

from __future__ import annotations

import base64
import hashlib

PERSON_LOOKS = ("p0", "p1", "p2", "p3", "p4", "p5", "p6")
"""Classes of people in charts; the last one is for all others."""

SHEET = """
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5c6675;
  --line: #dfe3e9; --accent: #2563b8;
  --good: #2c8a57; --a0: #6b9bd8; --a1: #f0c04a; --a2: #ec9a3c; --a3: #df6a3a; --a4: #c03a3a; --bad: #c03a3a;
  --p0: #2563b8; --p1: #2c8a57; --p2: #d98a1f; --p3: #8a56b8; --p4: #178f9e; --p5: #c2507c; --p6: #9aa3af; }
@media (prefers-color-scheme: dark) { :root { --bg: #14181f; --card: #1c222c; --ink: #e6eaf0;
  --soft: #9aa6b6; --line: #313a48;
  --accent: #79aef2; --good: #58c088; --a0: #5c8fd0; --a1: #d9ac3c; --a2: #d98a33; --a3: #d8663a;
    --a4: #e0605c; --bad: #ee7a74;
  --p0: #5f9be8; --p1: #4fb37e; --p2: #e0a044; --p3: #ac82d8; --p4: #43b5c2; --p5: #dd7da2; --p6: #737e8d; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--bg); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto,
  "Noto Sans", sans-serif; }
main, header { max-width: 60rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 0 0 .75rem;
  }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; } p { margin: .5rem 0; } a { color: var(--accent); }
.soft { color: var(--soft); } .small { font-size: .875rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.1rem 1.25rem; margin-top: 1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem;
  margin-top: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.1rem; }
.card .value { font-size: 1.35rem; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
.card .value.bad { color: var(--bad); } .card .value.good { color: var(--good); }
.ages { display: grid; grid-template-columns: auto minmax(4rem, 1fr) auto auto; gap: .45rem .9rem;
  align-items: center; }
.ages .num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { width: 100%; height: 1.1rem; display: block;
  background: color-mix(in srgb, var(--line) 45%, transparent); border-radius: 3px; }
.scroll { overflow-x: auto; } .chart { display: block; width: 100%; min-width: 34rem; height: auto; }
.grid { stroke: var(--line); stroke-width: 1; } .tick { fill: var(--soft); font-size: 12px; }
  .middle { text-anchor: middle; }
.end { text-anchor: end; }
.a0 { fill: var(--a0); } .a1 { fill: var(--a1); } .a2 { fill: var(--a2); } .a3 { fill: var(--a3); }
  .a4 { fill: var(--a4); }
.p0 { fill: var(--p0); } .p1 { fill: var(--p1); } .p2 { fill: var(--p2); } .p3 { fill: var(--p3); }
  .p4 { fill: var(--p4); }
.p5 { fill: var(--p5); } .p6 { fill: var(--p6); } .fine { fill: var(--good); } .broken { fill: var(--bad); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; list-style: none; margin: .25rem 0 .5rem;
  padding: 0; font-size: .875rem; }
.legend svg { width: .8rem; height: .8rem; margin-right: .35rem; vertical-align: -1px; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
th { font-weight: 600; } thead th { color: var(--soft); font-size: .85rem; white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .day { white-space: nowrap; } .wide { overflow-wrap: break-word; min-width: 6rem; }
  .wrap { overflow-wrap: break-word; hyphens: auto; min-width: 12rem; }
details { margin-top: .75rem; } summary { cursor: pointer; color: var(--accent); }
.state { font-weight: 600; color: var(--bad); white-space: nowrap; }
@media (max-width: 34rem) { body { padding: 1rem .6rem 2rem; } section { padding: .9rem .8rem; }
  .ages { grid-template-columns: 1fr auto;
  grid-auto-flow: row dense; gap: .15rem .9rem; } .ages .bar { grid-column: 1 / -1; margin-bottom: .45rem; }
    .ages .count { display: none; }
  .stack thead { display: none; } .stack tr { display: flex; flex-wrap: wrap; gap: .1rem .9rem;
    padding: .5rem 0;
  border-bottom: 1px solid var(--line); } .stack tbody tr:last-child { border-bottom: 0; }
    .stack th, .stack td { border: 0; padding: 0; }
  .scroll th, .scroll td { padding: .3rem .35rem; font-size: .8rem; }
  .scroll .n, .scroll thead th { white-space: normal; } .scroll .wrap { min-width: 5rem; }
  .stack [data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  .stack .wrap { flex: 1 0 100%; min-width: 0; overflow-wrap: anywhere; }
  .chart { min-width: 0; } .tick { font-size: 17px; } }
@media print { :root { --bg: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --accent: #000;
  color-scheme: light; }
  body { padding: 0; font-size: 11pt; } section, .card { border-color: #bbb; border-radius: 0;
    break-inside: avoid; }
  section.long { break-inside: auto; } tr { break-inside: avoid; } thead { display: table-header-group; }
  .scroll { overflow: visible; } .scroll table { font-size: 8pt; } .chart { min-width: 0; }
    details, summary { display: none; }
  rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; } a { text-decoration: none; } }
"""


def policy() -> str:
    """The page's own Content-Security-Policy: this style sheet and nothing else, from nowhere."""
    digest = base64.b64encode(hashlib.sha256(SHEET.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
