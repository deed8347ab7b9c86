"""What belongs to the instance as a whole."""
