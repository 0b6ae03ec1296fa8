"""Records of requests and calls: taken from the edge as they come, kept within a bound, told to who asks."""
