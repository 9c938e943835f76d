"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from rcm_site.collecting import spare_what_stays
from rcm_site.database_role import check_at_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rcm_site.settings")

application = get_wsgi_application()

check_at_start()
spare_what_stays()
