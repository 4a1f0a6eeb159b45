import os

from django.core.wsgi import get_wsgi_application
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachloop.project.settings")
application = get_wsgi_application()

from coachloop.web.warm import warm  # noqa: E402 -- imports tables, which are there from here on

warm(today=timezone.localdate())
