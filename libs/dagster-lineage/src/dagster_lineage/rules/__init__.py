"""The rules, one file each, named by its code."""
