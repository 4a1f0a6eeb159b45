from django.urls import include, path

from coachloop.web.api.api import urls as api_urls

urlpatterns = [*api_urls(), path("", include("coachloop.web.urls"))]
