"""What is done with recordings: looked at, run again, compared, made to fail."""
