"""Where a service deviates from the general decision rule: named parts of it, and nothing else."""
