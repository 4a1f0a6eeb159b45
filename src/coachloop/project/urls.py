from django.urls import include, path

urlpatterns = [path("", include("coachloop.web.urls"))]
