"""`python -m x12 read|json|check|ack FILE…`"""

import sys

from x12.cli import main

sys.exit(main())
