"""From source to a version: packing, unpacking without trust, dependency layers by uv, content-addressed folders."""
