"""The rules of AWS authorization as data: what each says, what policysim does about it, and what shows it."""
