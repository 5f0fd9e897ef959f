"""The one place that builds Lark parsers, from the grammars of the top-level `grammar` folder; no meaning here."""
