"""Edge and egress: a state becomes a configuration, maps and commands (values); another file speaks to the process."""
