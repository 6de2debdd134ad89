"""`python -m platform_commands` is `platform`."""

import sys

from platform_commands.command import main

sys.exit(main())
