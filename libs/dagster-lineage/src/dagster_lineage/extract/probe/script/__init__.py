"""Part of the probe that runs in a code location's own process and interpreter.

`<interpreter> …/extract/probe/script --request request.json --answer answer.json` loads the code
location as Dagster does and writes a `LocationFacts` (`extract.probe.answer`). Nothing of this
package is installed there, so the modules here use only the standard library, what the code
location has imported, and the syntax of Python 3.9. They expect any Dagster from 1.7 to 1.13: facts
that a version does not have become notes.

Names that Dagster does not publish are used in `loading`, `private_attributes` and `server` only
(`docs/decisions/the-probe-uses-private-names-of-dagster.md`).
"""
