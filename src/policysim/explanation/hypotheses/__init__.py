"""The possible causes of a denial, each tested by evaluation, with what speaks for it and what against."""
