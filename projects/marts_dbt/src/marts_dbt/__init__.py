"""Finance team: marts over the jaffle shop and the online shop."""
