"""The command line: one file for each verb; only the verb that runs is imported."""
