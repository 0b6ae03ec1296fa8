"""Real parts for tests and benches: platforms, browsers, databases, and the programs they need."""
