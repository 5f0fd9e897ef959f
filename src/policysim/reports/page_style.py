"""How the HTML page looks: one palette for light and one for dark, and the style sheet that uses them.

Every colour of text has a contrast of at least 4.5 to 1 on the surfaces that it stands on (WCAG 2, success criterion
1.4.3); a test computes it.
"""

from __future__ import annotations

from typing import Final

LIGHT: Final[dict[str, str]] = {
    "page": "#f6f7f9",
    "card": "#ffffff",
    "inset": "#f3f5f8",
    "rule": "#dfe3ea",
    "track": "#b9c0cc",
    "text": "#1b2330",
    "quiet": "#5a6473",
    "link": "#1f55b5",
    "deny": "#b3261e",
    "deny-soft": "#fdeceb",
    "allow": "#17693a",
    "allow-soft": "#e6f4eb",
    "open": "#8a5300",
    "open-soft": "#fdf1dc",
    "none": "#5a6473",
    "none-soft": "#eef0f4",
    "mark": "#fff0b8",
    "on-strong": "#ffffff",
}
DARK: Final[dict[str, str]] = {
    "page": "#12161d",
    "card": "#1a1f29",
    "inset": "#141922",
    "rule": "#2d3543",
    "track": "#4d586a",
    "text": "#e6e9ef",
    "quiet": "#a2acbb",
    "link": "#8ab4f8",
    "deny": "#ff9a92",
    "deny-soft": "#3a1d1f",
    "allow": "#7fd6a0",
    "allow-soft": "#17301f",
    "open": "#f2c063",
    "open-soft": "#35290f",
    "none": "#a2acbb",
    "none-soft": "#262d3a",
    "mark": "#4a3d10",
    "on-strong": "#12161d",
}

TEXT_ON: Final[tuple[tuple[str, str], ...]] = (
    *(("text", surface) for surface in ("page", "card", "inset", "mark", "deny-soft", "allow-soft", "open-soft")),
    *(("quiet", surface) for surface in ("page", "card", "inset")),
    *(("link", surface) for surface in ("page", "card")),
    *((tone, surface) for tone in ("deny", "allow", "open", "none") for surface in ("card", f"{tone}-soft")),
    *((tone, "inset") for tone in ("deny", "allow", "open")),
    *(("on-strong", tone) for tone in ("deny", "allow", "open", "none")),
)
"""Which colour is text on which surface, anywhere on the page."""

_RULES: Final = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;overflow-wrap:anywhere;background:var(--page);color:var(--text);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue","Liberation Sans",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:40px 24px 64px}
h1,h2,h3,h4{line-height:1.25;margin:0;font-weight:650;letter-spacing:-.01em}
p,ul,ol,dl,table,pre,figure{margin:0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
code{font-size:.875em;overflow-wrap:anywhere}
a{color:var(--link)}
.head+article,article+article{margin-top:72px;padding-top:56px;border-top:1px solid var(--rule)}
.kicker{font-size:13px;color:var(--quiet);margin-bottom:14px}
.verdict{font-size:13px;font-weight:700;letter-spacing:.06em;display:inline-block;padding:3px 11px;border-radius:99px;
color:var(--on-strong)}
.verdict.deny{background:var(--deny)}.verdict.allow{background:var(--allow)}.verdict.open{background:var(--open)}
.head h1,.head h2{font-size:clamp(22px,3.4vw,31px);margin:12px 0 10px;overflow-wrap:anywhere}
.head h1 code,.head h2 code{font-size:.94em;font-weight:600}
.lead{font-size:17px;color:var(--text);max-width:75ch}
.card{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:20px 24px;margin-top:24px}
.facts{display:grid;grid-template-columns:minmax(84px,auto) minmax(0,1fr);gap:7px 20px;font-size:15px}
.facts dt{color:var(--quiet)}.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.way svg{display:block;width:100%;height:auto}
.way .upright{display:none}
.way text{font-family:inherit;fill:var(--text)}
.way .end text,.way .hint{fill:var(--quiet)}
.way .line{stroke:var(--track);stroke-width:2.5;fill:none}
.way .line.after{stroke-dasharray:3 6}
.way .dot{stroke-width:2;fill:var(--card);stroke:var(--track)}
.way .sign{fill:none;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round;stroke:var(--none)}
.way .allow .dot{fill:var(--allow-soft);stroke:var(--allow)}.way .allow .sign{stroke:var(--allow)}
.way .deny .dot{fill:var(--deny-soft);stroke:var(--deny)}.way .deny .sign{stroke:var(--deny)}
.way .open .dot{fill:var(--open-soft);stroke:var(--open)}.way .open .sign{stroke:var(--open)}
.way .none .dot{fill:var(--none-soft)}
.way .allow .word{fill:var(--allow)}.way .deny .word{fill:var(--deny)}.way .open .word{fill:var(--open)}
.way .none .word{fill:var(--none)}
.way .decides .dot{fill:var(--deny);stroke:var(--deny)}.way .decides .sign{stroke:var(--on-strong)}
.way .decides.open .dot{fill:var(--open);stroke:var(--open)}
.way .decides .halo{fill:none;stroke:var(--deny);stroke-width:2;opacity:.35}
.way .decides.open .halo{stroke:var(--open)}
.way .decides .name{font-weight:650}
.way .halo{fill:none}
.step{margin-top:44px}
.step>h2,.step>h3.name{font-size:13px;font-weight:650;letter-spacing:.05em;text-transform:uppercase;color:var(--quiet);
display:flex;align-items:center;gap:10px}
.step .number{display:inline-grid;place-items:center;width:24px;height:24px;border-radius:50%;font-size:12px;
letter-spacing:0;background:var(--none-soft);color:var(--text)}
.card>.title{font-size:17px;margin-bottom:12px}
.card>*+*{margin-top:12px}
.card>.title+*{margin-top:0}
.table{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14.5px}
th{font-weight:600;color:var(--quiet);font-size:13px}
th,td{text-align:left;vertical-align:top;padding:8px 16px 8px 0;border-bottom:1px solid var(--rule)}
tbody tr:last-child>*{border-bottom:0}
tbody th{color:var(--text);font-size:14.5px;font-weight:500}
td{overflow-wrap:anywhere}
tr.decides>*{font-weight:650}
.chip{display:inline-block;white-space:nowrap;font-size:12.5px;font-weight:600;padding:1px 9px;border-radius:99px}
.chip.deny{background:var(--deny-soft);color:var(--deny)}.chip.allow{background:var(--allow-soft);color:var(--allow)}
.chip.open{background:var(--open-soft);color:var(--open)}.chip.none{background:var(--none-soft);color:var(--none)}
.at{font-size:13.5px;color:var(--quiet)}
pre{font-size:13px;line-height:1.6;background:var(--inset);border:1px solid var(--rule);border-radius:8px;
overflow-x:auto;padding:10px 0;tab-size:4}
pre .row{display:block;padding:0 16px;white-space:pre;min-width:max-content}
pre .gutter{display:inline-block;min-width:4ch;margin-right:14px;text-align:right;color:var(--quiet);
user-select:none;-webkit-user-select:none}
pre .marked{background:var(--mark)}
pre mark{background:none;color:inherit;font-weight:700;text-decoration:underline;text-decoration-color:var(--open);
text-decoration-thickness:2px;text-underline-offset:3px}
pre .note{color:var(--open);font-style:normal}
pre.diff .add{background:var(--allow-soft);color:var(--allow)}
pre.diff .cut{background:var(--deny-soft);color:var(--deny)}
pre.diff .where{color:var(--quiet)}
pre.command{padding:10px 16px;white-space:pre;user-select:all;-webkit-user-select:all}
.label{font-size:13.5px;color:var(--quiet)}
.label+pre{margin-top:6px}
ul,ol{padding-left:22px}
li+li{margin-top:10px}
li pre{margin-top:8px}
li .notes{font-size:14.5px;color:var(--quiet);padding-left:18px;margin-top:4px}
li .notes li{margin-top:2px}
ul.checks{list-style:none;padding-left:0}
ul.checks>li{padding-left:30px;position:relative}
ul.checks>li::before{content:"";position:absolute;left:2px;top:5px;width:14px;height:14px;
border:1.5px solid var(--quiet);border-radius:4px}
.cause+.cause{border-top:1px solid var(--rule);padding-top:14px;margin-top:14px}
.cause dl{margin-top:8px}.cause pre{margin-top:10px}
.warning{background:var(--open-soft);border-radius:8px;padding:10px 14px}
.good{color:var(--allow);font-weight:600}
details>summary{cursor:pointer;color:var(--link);font-size:15px}
.more{margin-top:24px}
td details{margin-top:4px;font-weight:400}td details>summary{font-size:13px}td .at{margin-top:6px}
details[open]>summary{margin-bottom:4px}
.index{list-style:none;padding:0}
.index li{display:grid;grid-template-columns:64px minmax(0,1fr);
gap:14px;padding:12px 0;border-bottom:1px solid var(--rule)}
.index li:last-child{border:0}
.index li+li{margin:0}
.index .count{font-size:22px;font-weight:650;text-align:right;font-variant-numeric:tabular-nums}
.index .times{font-size:13.5px;color:var(--quiet)}
footer{margin-top:56px;font-size:13px;color:var(--quiet)}
@media (max-width:760px){
main{padding:24px 16px 48px}
.card{padding:16px;border-radius:10px}
.way .level{display:none}.way .upright{display:block;max-width:420px}
.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:10px}
.layers thead{display:none}
.table table:not(.layers){min-width:600px}
.layers tr{display:block;padding:10px 0;border-bottom:1px solid var(--rule)}
.layers tr:last-child{border:0}
.layers tr>*{display:block;border:0;padding:1px 0}
.index li{grid-template-columns:44px minmax(0,1fr)}
}
@media print{
:root{--page:#fff;--card:#fff}
body{font-size:11pt}
main{max-width:none;padding:0}
.card{break-inside:avoid-page;border-color:#ccc}
pre{white-space:pre-wrap}pre .row{white-space:pre-wrap;min-width:0}
article+article{break-before:page;border:0;margin:0;padding:0}
a{color:inherit;text-decoration:none}
}
"""


def style_sheet() -> str:
    """The whole style sheet of the page."""
    dark = f"@media (prefers-color-scheme:dark){{@media not print{{:root{{color-scheme:dark;{_variables(DARK)}}}}}}}"
    return f":root{{color-scheme:light;{_variables(LIGHT)}}}\n{dark}{_RULES}"


def _variables(palette: dict[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in palette.items())
