"""The engine of one machine: containers of an OCI runtime, kept on their doors."""
