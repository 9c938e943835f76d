#!/usr/bin/env python
"""Django's commands, with the private servers running meanwhile unless the environment names others."""

import os
import sys

# These either need no database or see to the servers themselves.
WITHOUT_SERVERS = {
    "", "help", "version", "--help", "--version", "check", "collectstatic", "diffsettings", "findstatic",
    "makemessages", "compilemessages", "provision", "spectacular", "workbench",
}  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rcm_site.settings")
    from django.core.management import execute_from_command_line

    from rcm_site.engines.places import EngineTrouble
    from rcm_site.engines.use import engines_for_command

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    engines = None
    try:
        if command not in WITHOUT_SERVERS:
            engines = engines_for_command()
        execute_from_command_line(sys.argv)
    except EngineTrouble as trouble:
        sys.exit(str(trouble))
    finally:
        if engines:
            engines.release()


if __name__ == "__main__":
    main()
