"""What control needs of the technology rooms, as Protocols."""
