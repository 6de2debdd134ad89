"""Errors of the demo shop; every message names the object, the place and the fix."""


class ShopError(Exception):
    """Base class of all errors of the demo shop."""


class UnusableSize(ShopError):
    """The number of orders is not a whole number from 1 to the largest size."""


class FolderUnusable(ShopError):
    """The shop's directory cannot be created or written to."""


class ShopFileUnreadable(ShopError):
    """A file with the name of a shop's file exists, but is not one."""


class ForeignFile(ShopError):
    """A file with the name of a shop's file exists that another program or version created."""


class ShopBusy(ShopError):
    """Another connection held the shop's database for longer than the timeout."""


class ExportServerFailed(ShopError):
    """The customer export cannot be served: the port is taken, or the server does not start."""
