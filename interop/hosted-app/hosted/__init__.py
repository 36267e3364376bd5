"""Invented rows, and every way to carry them off that its author could think of."""
