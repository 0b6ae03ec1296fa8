"""The attacks that `bench attacks` tries, by where they come from: clients, scripts, and people with a token."""
