"""What can go wrong with the demo shop; every message names the thing, the place and the mend."""


class ShopError(Exception):
    """Any mistake that the demo shop reports; catch this one to show the message and go on."""


class UnusableSize(ShopError):
    """The number of orders is not a whole number between 1 and the largest size."""


class FolderUnusable(ShopError):
    """The shop's folder can't be made or written to."""


class ShopFileUnreadable(ShopError):
    """A file with the shop's name is there, but is no shop database."""


class ShopBusy(ShopError):
    """Another connection held the shop's database for longer than we wait."""


class ExportServerFailed(ShopError):
    """The customer export could not be served: the port is taken, or the server did not start."""
