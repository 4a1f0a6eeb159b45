"""Behind a proxy that ends TLS, in a process of its own: settings are read once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from house import Houses

SIGN_IN = """
import django; django.setup()
from django.test import Client
client = Client(enforce_csrf_checks=True, headers={"host": "coach.example.org", "x-forwarded-proto": "https"})
page = client.get("/sign-in")
form = {"email": "a@example.org", "password": "x", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
answers = [client.post("/sign-in", form, headers={"origin": f"https://{site}"}) for site in ("coach.example.org", "evil.example")]
print(page["Strict-Transport-Security"], client.cookies["csrftoken"]["secure"], *(answer.status_code for answer in answers))
"""


@pytest.mark.django_db
def test_signing_in_through_a_proxy_with_https(tmp_path: Path, houses: Houses) -> None:
    """The form is taken from our own address, refused from another; the browser is told to stay with HTTPS."""
    houses.empty(tmp_path / "coachloop.sqlite3")
    environment = os.environ | {
        "COACHLOOP_HOME": str(tmp_path),
        "COACHLOOP_HTTPS": "true",
        "COACHLOOP_HOSTS": "localhost, coach.example.org",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "coachloop.project.settings",
    }
    done = subprocess.run(  # noqa: S603 -- our own interpreter and words
        [sys.executable, "-c", SIGN_IN], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["max-age=31536000", "True", "200", "403"], done.stderr
