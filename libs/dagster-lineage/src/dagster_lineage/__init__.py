"""One interface graph over all code locations, checked before anything runs.

`lineage lock` asks each code location what it makes and reads and writes its `interface.json`;
every other command reads those files and nothing else.
"""
