"""A command that remembers in which order its options stood: ``--as`` speaks of the ``--add-policy`` before it."""

from __future__ import annotations

import click

_ORDER = "policysim.cli.order"


class OrderedCommand(click.Command):
    """A command whose options can be asked for in the order of the command line (click groups them by name)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses as click does, and keeps the name of every option in order."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def option_order(context: click.Context) -> list[str]:
    """The names of the options given, repeated ones repeated, in the order of the command line."""
    order: list[str] = context.meta[_ORDER]
    return order
