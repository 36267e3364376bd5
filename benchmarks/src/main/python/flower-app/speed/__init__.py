"""Flower's side of the comparison."""
