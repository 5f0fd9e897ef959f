"""The head of every HTML page, which needs nothing from anywhere: whatever slips into it neither runs nor loads."""

from __future__ import annotations

import base64
import hashlib

from policysim.reports.markup import Markup, element


def page_head(title: str, style: str, *, generator: str = "") -> Markup:
    """The ``head`` element; only the style sheet that it holds itself is let in, by its digest (CSP Level 2)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        *([element("meta", name="generator", content=generator)] if generator else []),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(style)),
    )
