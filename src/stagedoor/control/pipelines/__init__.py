"""Pipelines: what a version goes through on its way to its devices, stage by stage."""
