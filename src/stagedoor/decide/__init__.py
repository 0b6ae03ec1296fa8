"""Pure decisions: what was observed and set goes in, a plan with its reason comes out. The clock is an argument."""
