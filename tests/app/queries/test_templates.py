import pytest

from builders import MANNERS, NOW, call, publish, take
from coachloop.app.errors import UnknownNameError
from coachloop.app.models import Conversation
from coachloop.app.queries.templates import (
    BehaviourFinder,
    find_template,
    find_version,
    listed,
    published,
    published_as,
)
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.templates import add_template

pytestmark = pytest.mark.usefixtures("site")

WARMER = MANNERS.replace("[good morning]", "[good morning, hello]")


def draft(text=WARMER):
    return add_template(viewer=OPERATOR, text=text, now=NOW).version


def test_every_template_with_its_versions():
    assert listed(OPERATOR) == []
    draft(MANNERS.replace("key: manners", "key: another"))
    publish()
    draft()
    assert [(row.key, row.behaviours, row.published, row.draft) for row in listed(OPERATOR)] == [
        ("another", 0, None, 1), ("manners", 3, 1, 2),
    ]  # fmt: skip


def test_a_version_by_its_number_or_the_newest():
    publish()
    second = draft()
    assert find_version(OPERATOR, "manners") == find_version(OPERATOR, "manners@2") == second
    assert find_version(OPERATOR, "manners@1").text == MANNERS


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("manners@9", "template 'manners' has no version 9"), ("manners@x", "version must be a whole number, got 'x'"),
        ("other", "no template 'other'; there are: manners"), ("manners@-1", "whole number, got '-1'"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_with_what_is(reference, said):
    publish()
    with pytest.raises(UnknownNameError, match=said):
        find_version(OPERATOR, reference)


def test_an_empty_house_says_so():
    with pytest.raises(UnknownNameError, match="no template 'x'; there are: none yet"):
        find_template(OPERATOR, "x")


def test_only_what_is_published_scores():
    draft(MANNERS)
    assert published(OPERATOR) == ()
    with pytest.raises(
        UnknownNameError, match="no published version; publish it with `coachloop template publish manners`"
    ):
        published_as(OPERATOR, "manners")
    publish(WARMER)
    assert [template.number for template in published(OPERATOR)] == [1]
    assert published_as(OPERATOR, "manners").core.behaviours[0].key == "greets"


def test_scores_from_outside_are_published_and_score_nothing():
    publish(
        "key: x\ntitle: X\nbehaviours:\n  - {key: a, title: A, question: A?, score_with: [{imported: {}}, {human: {}}]}\n"
    )
    assert published(OPERATOR) == ()
    assert not published_as(OPERATOR, "x").reads_transcripts


def test_fitting_is_the_same_in_python_and_in_the_database():
    publish(MANNERS.replace("{channel: [voice]}", "{channel: [voice, chat], queue: [a]}"))
    take(
        *(
            call(f"{channel}-{queue}", channel=channel, queue=queue)
            for channel in ("voice", "chat", None)
            for queue in ("a", "b", None)
        )
    )
    [template] = published(OPERATOR)
    fitting = {row.key for row in Conversation.objects.filter(template.fitting())}
    assert fitting == {row.key for row in Conversation.objects.all() if template.fits(row)} == {"voice-a", "chat-a"}


def test_behaviours_are_found_by_key_or_with_their_template():
    publish()
    publish(MANNERS.replace("key: manners", "key: other").replace("key: greets", "key: hails"))
    finder = BehaviourFinder(OPERATOR)
    assert finder.find("hails").template.key == "other"
    assert finder.find("warmth", "manners").template.key == "manners"
    for behaviour, template, said in [
        ("warmth", None, r"in several templates \(manners, other\); name one"),
        ("smiles", None, "no behaviour 'smiles'$"),
        ("hails", "manners", "no behaviour 'hails' in template 'manners'"),
    ]:
        with pytest.raises(UnknownNameError, match=said):
            finder.find(behaviour, template)


def test_what_only_a_draft_names_is_known_once_it_is_published():
    add_template(viewer=OPERATOR, text=MANNERS, now=NOW)
    with pytest.raises(UnknownNameError, match=r"only a draft names .* `coachloop template publish manners`$"):
        BehaviourFinder(OPERATOR).find("greets", "manners")
