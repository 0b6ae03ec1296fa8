"""Experiments: members see one of several cells, and the cells are compared until the end date."""
