"""The smallest edits that change a denial: proposed per layer, made in the user's text, and each evaluated again."""
