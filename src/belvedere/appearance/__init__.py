"""How content looks: themes, and collections of colours."""
