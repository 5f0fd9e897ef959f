"""Looks at the HTML report in a browser: takes pictures of it, and checks what only a browser can tell.

    .venv/bin/python tools/screenshots.py [FOLDER]

For every scenario of the gallery, and for one log with all of their events: light and dark, wide and narrow. The page
must not be wider than its window, log nothing to the console and load nothing. Needs `chromium`; the pictures go to
FOLDER, or to a new folder among the temporary files of the system.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.scenarios.running import ACME, REPOSITORY, evidence_of, report, scenarios

WIDTHS: Final = (1200, 390)
HIGHEST: Final = 12_000
"""Pictures of longer pages show their upper part: a browser cannot draw any height."""

SCHEMES: Final = ("light", "dark")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--virtual-time-budget=2000",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_WAIT: Final = 60
_PROBE: Final = """<!DOCTYPE html><meta charset=utf-8>
<style>body{{margin:0}}iframe{{border:0;display:block;width:{width}px;height:900px}}</style>
<iframe id=f src="page.html"></iframe><output id=o>not measured</output>
<script>
document.getElementById('f').onload = function () {{
  var root = this.contentDocument.documentElement
  document.getElementById('o').textContent = JSON.stringify(
    {{inner: root.clientWidth, scroll: root.scrollWidth, height: root.scrollHeight}})
}}
</script>"""
"""A page around the report, as wide as a window: a browser's own window cannot be as narrow as a telephone."""


class Seen(NamedTuple):
    """What a browser says of a page."""

    inner: int
    scroll: int
    height: int
    complaints: tuple[str, ...]


def main() -> int:
    """Takes the pictures; the exit code is 1 when a page fails."""
    if shutil.which("chromium") is None:
        sys.exit("chromium is not installed: `apt-get install chromium`")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    failures = [f"{name}: {failure}" for name, html in _pages() for failure in check_page(html, folder, name)]
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    print("\n".join(failures) or "every page fits its window, loads nothing and logs nothing")
    return 1 if failures else 0


def _pages() -> list[tuple[str, str]]:
    """The report of each scenario, and one of all their events together."""
    found = [(scenario.name, report(scenario, "html").stdout) for scenario in scenarios()]
    texts = [evidence_of(scenario).read_text(encoding="utf-8") for scenario in scenarios()]
    events = [json.loads(text) for text in texts if text.startswith("{") and text.rstrip().count("\n}") == 1]
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch, "log.json")
        log.write_text(json.dumps({"Records": [one for one in events if "eventName" in one]}), encoding="utf-8")
        found.append(("many-events", _report(log)))
    return found


def _report(log: Path) -> str:
    command = [sys.executable, "-m", "policysim", "explain", str(log), "--account", str(ACME), "--format", "html"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode not in {0, 3}:
        raise SystemExit(done.stderr)
    return done.stdout


def check_page(html: str, folder: Path, name: str) -> list[str]:
    """Takes pictures of one page in every width and scheme, and tells what is wrong with it."""
    failures = []
    for width in WIDTHS:
        seen = measured(html, width)
        if seen.scroll > seen.inner:
            failures.append(f"{width} px: the page is {seen.scroll} px wide")
        failures += [f"{width} px: {complaint}" for complaint in seen.complaints]
        for scheme in SCHEMES:
            size = (width, min(seen.height, HIGHEST))
            picture(html, folder / f"{name}-{width}-{scheme}.png", size, scheme)
    return failures


def measured(html: str, width: int) -> Seen:
    """How wide and high the page is in a window of ``width``, and what the browser complained of or asked for."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "page.html").write_text(html, encoding="utf-8")
        probe, log = Path(scratch, "probe.html"), Path(scratch, "net.json")
        probe.write_text(_PROBE.format(width=width), encoding="utf-8")
        done = _browser(
            scratch,
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            f"--log-net-log={log}",
            f"--window-size={width + 100},1200",
            "--dump-dom",
            probe.as_uri(),
        )
        start = done.stdout.find('<output id="o">') + len('<output id="o">')
        size = json.loads(done.stdout[start : done.stdout.index("</output>")])
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        asked = [f"asked the network for {url}" for url in _asked_for(log)]
    return Seen(size["inner"], size["scroll"], size["height"], (*complaints, *asked))


def _asked_for(log: Path) -> list[str]:
    """The addresses that the page asked the network for: neither files, nor what the browser wants for itself."""
    events = json.loads(log.read_text(encoding="utf-8", errors="replace"))["events"] if log.exists() else []
    params: list[dict[str, Any]] = [event.get("params", {}) for event in events]
    urls = {str(one["url"]) for one in params if "url" in one and one.get("initiator") not in {None, "not an origin"}}
    return sorted(url for url in urls if not url.startswith(("file:", "data:", "about:")))


def picture(html: str, file: Path, size: tuple[int, int], scheme: str) -> None:
    """A picture of the whole page; the scheme is forced, since a browser without a screen prefers light."""
    width, height = size
    shown = html if scheme == "light" else _in_the_dark(html)
    with tempfile.TemporaryDirectory() as scratch:
        page, frame = Path(scratch, "page.html"), Path(scratch, "frame.html")
        page.write_text(shown, encoding="utf-8")
        frame.write_text(
            f"<style>body{{margin:0}}iframe{{border:0;display:block;width:{width}px;height:{height}px}}</style>"
            '<iframe src="page.html"></iframe>',
            encoding="utf-8",
        )
        _browser(scratch, f"--window-size={width},{height}", f"--screenshot={file.resolve()}", frame.as_uri())


def _in_the_dark(html: str) -> str:
    """The page with its dark colours in any scheme; its policy names the style sheet by hash, and is left out."""
    policy = html.index('<meta http-equiv="Content-Security-Policy"')
    html = html[:policy] + html[html.index(">", policy) + 1 :]
    return html.replace("(prefers-color-scheme:dark)", "all", 1)


def _browser(scratch: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["chromium", *_FLAGS, f"--user-data-dir={scratch}/profile", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=True, timeout=_WAIT
    )


if __name__ == "__main__":
    sys.exit(main())
