"""AWS's own policy simulator: the question put to it, its answer beside ours, and what it does not look at."""
