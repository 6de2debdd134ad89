"""What runs inside a code location's own process, with nothing of this package installed there.

`<interpreter> …/extraction/probe --request request.json --answer answer.json` loads the location as
Dagster does and writes what `extraction.facts.LocationFacts` describes. So all of it keeps to the
standard library, to what the location itself has imported, and to the syntax of Python 3.9, and
asks Dagster's objects carefully: what one version (1.7 to 1.13 are known) does not have is a note.
"""
