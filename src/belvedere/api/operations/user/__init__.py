"""People: who they are, how they prove it, what they may do and what is known of them."""
