from django.urls import include, path

from coachloop.web.api.api import urls as api_urls
from coachloop.web.scim.entry import scim

urlpatterns = [*api_urls(), path("scim/v2/<path:rest>", scim, name="scim"), path("", include("coachloop.web.urls"))]
