from django.db import models

from coachloop.app.models.conversations import Conversation
from coachloop.app.models.templates import Behaviour


class LearnedModel(models.Model):
    """One training of a behaviour's learned scorer: what it is, how good it is, and what it learned from.

    The behaviour's newest `published_at` is the one that scores; without one it is a candidate. `encoder` names the sentence
    embeddings it needs, empty where it needs none. `data` is arrays and text; nothing in it is ever unpickled.
    """

    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="learned_models")
    number = models.PositiveIntegerField()
    trained_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    labels = models.PositiveIntegerField()
    kappa = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    threshold = models.FloatField()
    encoder = models.CharField(max_length=200, blank=True)
    metrics = models.JSONField(default=dict)
    data = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["behaviour", "number"], name="learned_model_once")]

    def __str__(self) -> str:
        return f"{self.behaviour_id} learned@{self.number}"


class TrainingCase(models.Model):
    """A conversation that a model learned from, and what a model that did not see its agent says of it.

    `outcome` and `probability` are out of fold; `outcome` is empty where that model abstains. A case goes with its
    conversation, and the model still holds what it learned there: erasing somebody deletes each model that had a case of theirs,
    and trains the behaviour anew without.
    """

    model = models.ForeignKey(LearnedModel, on_delete=models.CASCADE, related_name="cases")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    human = models.CharField(max_length=14)
    outcome = models.CharField(max_length=14, blank=True)
    probability = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "conversation"], name="training_case_once")]

    def __str__(self) -> str:
        return f"{self.model_id} x {self.conversation_id}"
