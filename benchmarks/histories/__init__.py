"""Daily order histories of unlike shops, and the days that can be wrong in them."""
