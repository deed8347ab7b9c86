"""What LookML means: text to a resolved model, with no knowledge of people or databases."""
