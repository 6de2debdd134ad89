"""The outside world on a laptop: a shop's database and its customer export over HTTP."""
