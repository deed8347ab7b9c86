"""Ways in: what administrators configure about them."""
