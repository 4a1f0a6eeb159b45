"""What every test shares."""

from hypothesis import settings

settings.register_profile("coachloop", deadline=None)  # a busy machine is slow now and then, which is no finding
settings.load_profile("coachloop")
