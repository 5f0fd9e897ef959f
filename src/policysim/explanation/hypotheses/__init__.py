"""The possible causes of a denial, each tested by evaluation: what speaks for it, what against it, and what would tell."""
