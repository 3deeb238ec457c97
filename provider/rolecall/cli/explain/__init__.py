"""``rolecall explain``: one question about a role on paper, or a stream of them."""
