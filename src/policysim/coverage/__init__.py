"""Which statements of the policies at hand took part in decisions, and how: decided, matched, never, dead."""
