"""Rounds of an Osteon study over a Flower SuperLink."""
