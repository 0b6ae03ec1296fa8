"""The control API over HTTP, and the light client that the command line uses."""
