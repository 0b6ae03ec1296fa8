"""The nouns and their rules, one file each. Pure: standard library only, no clock, no files."""
