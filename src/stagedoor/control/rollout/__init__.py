"""Rollouts: what is asked of them, how they are driven step by step, and how their arms are judged."""
