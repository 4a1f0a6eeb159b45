"""What tells an agent from a customer: wordings of four languages, each with what it speaks for.

All languages are tried on every conversation: they hardly collide, and a language that was detected wrongly does no harm.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """A wording; `says` completes "side 1 …"; `weight` is how much it speaks for the agent, below zero for the customer.

    The weights are logits, fitted by `python benchmarks/who_speaks.py --fit` and rounded.
    """

    key: str
    says: str
    weight: float
    wordings: re.Pattern[str]


def _cue(key: str, says: str, *, weight: float, wordings: Sequence[str]) -> Cue:
    return Cue(key, says, weight, re.compile("|".join(rf"\b(?:{wording})" for wording in wordings)))


_CONTACT = "call|contact|chos|choos|reach|bank|shopp|wait|hold"

CUES = (
    _cue(
        "company",
        "greets for a company",
        weight=1.0,
        wordings=(
            r"welcome to ",
            r"you(?:'ve|'re| have) reached ",
            (
                r"(?:this is|hello from|you're (?:speaking|through) (?:to|with)) .{0,40}\b(?:bank|insurance|support|services?|"
                r"customer|company|department|team|calling)\b"
            ),
            r"(?:my name is|my name's|this is|it's) \w+ (?:\w+ )?(?:from|with|at) (?!the [a-z]+$)",
            r"(?:hi|hello|morning|afternoon|evening|hey),? .{0,20}\b\w+ (?:from|at) ",
            r"speaking with \w+",
            r"(?:calling|call) (?:you )?(?:from|on behalf of) ",
            r"on behalf of ",
            r"willkommen bei ",
            r"mein name ist .{1,30}\b(?:von|vom) ",
            r"bienvenid[oa]s? a ",
            r"(?:le|te) habla ",
            r"bienvenue (?:chez|à) ",
            r"à votre (?:écoute|service)",
            r"a su servicio",
        ),
    ),
    _cue(
        "offers",
        "offers help",
        weight=0.89,
        wordings=(
            r"(?:how|what) (?:can|may|could) (?:i|we) (?:help|assist|do|be of)",
            r"(?:happy|glad|pleased|here) to (?:help|assist)",
            r"i (?:can|could|will|'ll) (?:definitely |certainly |surely )?(?:help|assist) you",
            r"(?:how|what) (?:can|may) i .{0,20}for you",
            r"(?:wie|was|womit) kann ich .{0,20}(?:helfen|tun)",
            r"(?:en qué|cómo) (?:le|te|lo|la) puedo ",
            r"(?:en qué|cómo) puedo ayudar",
            r"(?:comment|que) puis-je ",
            r"en quoi puis-je ",
        ),
    ),
    _cue(
        "asks",
        "asks for a name, a number or the like",
        weight=0.74,
        wordings=(
            (
                r"(?:may|can|could) (?:i|we|you) (?:please )?(?:get|have|take|ask|confirm|verify|spell|tell me|give me|provide|repeat) "
                r"(?:me |for |with |us )?(?:your|the|that|what|which|a)\b"
            ),
            (
                r"(?:what is|what's|what was|and) (?:your|the) (?:\w+ )?(?:name|number|address|code|date|email|e-mail|postcode|birth|phone|"
                r"account|order|password|pin|amount|source|destination|security|question|zip)"
            ),
            r"who am i (?:speaking|talking) ",
            r"your (?:\w+ )?(?:name|number|pin|address|email|e-mail|details|date of birth|postcode|zip code),? ?(?:please|as well|\?|$)",
            r"(?:which|what) \w+ (?:would|do|did|are|will) you ",
            r"(?:please )?(?:verify|confirm) (?:your|that|the)\b",
            r"when (?:will you|would you|do you|are you) ",
            r"(?:ihre[nmr]?|deine[nmr]?) (?:\w+)?(?:nummer|namen?|adresse|anschrift|geburtsdatum|postleitzahl)",
            r"(?:me|nos) (?:puede|podría|da|indica|confirma|facilita) ",
            r"cuál es su ",
            r"quel(?:le)? est votre ",
            r"(?:pouvez|pourriez)-vous me (?:donner|confirmer|indiquer|rappeler)",
        ),
    ),
    _cue(
        "moment",
        "asks for a moment to look something up",
        weight=0.17,
        wordings=(
            r"(?:one|just a|just one|give me a|give me one) (?:moment|second|minute|sec)\b",
            r"bear with me",
            r"let me (?:just |quickly |go ahead and )?(?:check|look|see|pull|find|get|verify|transfer|confirm|put)",
            r"(?:please hold|hold on|put you (?:on hold|through)|stay on the line)",
            r"einen (?:kleinen )?(?:moment|augenblick)",
            r"(?:un|deme un|permítame un) (?:momento|segundo)",
            r"(?:un instant|ne quittez pas|je vérifie|je regarde)",
        ),
    ),
    _cue(
        "done",
        "says what was done or found",
        weight=0.17,
        wordings=(
            (
                r"i(?:'ve| have|'ll| will| can| am|'m)? (?:now |just |already |successfully |completed )*(?:found|find|booked|book|scheduled|sent|send|"
                r"updated|update|cancelled|canceled|transferred|transfer|ordered|processed|issued|refunded|set up|arranged|see here)\b"
            ),
            (
                r"(?:has|have) been (?:\w+ )?(?:booked|sent|made|set|scheduled|transferred|reset|cancelled|canceled|updated|processed|placed|confirmed|"
                r"successful|ordered|completed|approved|paid)"
            ),
            r"(?:your|the) (?:\w+ ){1,4}(?:is|are|was|were|has|will be|should) ",
            r"i(?:'m| am) (?:sorry|afraid),? (?:but |that )?(?:your|we|i|the|there)\b",
            r"ich habe (?:ihnen|das|es|ihre) ",
            r"(?:ya )?(?:le|se) (?:he|ha) ",
            r"je vous (?:ai|envoie|confirme|propose|transfère)",
        ),
    ),
    _cue(
        "else",
        "asks whether there is anything else",
        weight=1.3,
        wordings=(
            r"anything else (?:that )?(?:i|we|you|today|can)\b",
            r"(?:is there|was there|do you need|need) anything (?:else|more)",
            r"any other (?:questions|issues|requests|concerns)",
            r"(?:does|did) that (?:answer|help|sound|work)",
            r"(?:sonst|noch) (?:noch )?etwas",
            r"kann ich (?:sonst )?noch ",
            r"(?:algo|alguna cosa) más",
            r"autre chose",
        ),
    ),
    _cue(
        "thanks_for_calling",
        "thanks for the call or the custom",
        weight=1.32,
        wordings=(
            rf"(?:thank you|thanks)(?: so much| very much)? for (?:{_CONTACT})",
            r"(?:we|i) appreciate your (?:call|business|patience|donation|custom)",
            r"(?:thank you|thanks) for your (?:call|business|patience|donation|order|custom|interest|generosity)",
            r"(?:danke|dank) für (?:ihren|deinen) anruf",
            r"gracias por (?:llamar|su llamada|contactar|comunicarse|su paciencia)",
            r"merci (?:de votre|d'avoir|pour votre) (?:appel|appelé|patience|confiance)",
        ),
    ),
    _cue(
        "we",
        "speaks for a company: we, our",
        weight=0.23,
        wordings=(
            (
                r"our (?:\w+ )?(?:company|team|office|branch|website|system|records|policy|service|services|agents?|prices?|rates?|colleagues?|"
                r"department|charity|organi[sz]ation|clients|customers|experts?|specialists?)\b"
            ),
            (
                r"we (?:offer|provide|do (?:have|offer)|currently|don't (?:offer|have)|(?:can|could|will|'ll) (?:offer|send|arrange|get|do|book|set)|"
                r"have (?:a|an|several|some)|charge|specialise|specialize)\b"
            ),
            r"(?:wir (?:bieten|haben|können ihnen)|bei uns|unsere[rmns]? (?:firma|team|kundenservice|system|angebot))",
            r"(?:ofrecemos|nuestr[oa]s? (?:empresa|equipo|servicio|sistema|compañía))",
            r"(?:nous (?:proposons|offrons|avons|pouvons vous)|notre (?:société|équipe|service|système|entreprise))",
        ),
    ),
    _cue(
        "called",
        "rings somebody up: who is it, is it a good time, you asked us",
        weight=1.15,
        wordings=(
            r"am i (?:speaking|talking) (?:to|with) (?!an?\b|some)",
            r"is (?:now|this|it) a (?:good|bad|convenient) (?:time|moment)",
            r"(?:have you got|do you have) (?:a|one|two|a few|a couple of|five) (?:minutes?|moments?|seconds?)",
            (
                r"you(?:'ve| have|'d| had)? (?:\w+ )?(?:enquired|inquired|requested|signed up|registered|filled|asked us|sent us|"
                r"got in touch|contacted us|been in touch|left us)"
            ),
            r"(?:spreche ich mit|passt es (?:ihnen )?gerade) ",
            r"(?:hablo con|es (?:un )?buen momento) ",
            r"je parle (?:bien )?(?:à|avec) ",
        ),
    ),
    _cue(
        "pitches",
        "proposes something",
        weight=0.58,
        wordings=(
            r"would you (?:like|be (?:interested|willing|open)|consider|care|mind)\b",
            (
                r"(?:are you|have you|do you) (?:interested|ever|heard|familiar|know|aware|want to|considered|currently|often|usually|have|"
                r"still|looking|planning|got|had|thought|own|rent|live|use|need)\b"
            ),
            r"(?:can|could|may|shall|should) i (?:\w+ )?(?:interest|tell|suggest|recommend|offer|book|explain|go ahead)\b",
            r"how much (?:would|do|are) you ",
            r"möchten sie ",
            r"(?:le|te) gustaría ",
            r"(?:souhaitez|voulez|aimeriez)-vous ",
        ),
    ),
    _cue(
        "wants",
        "wants something",
        weight=-0.23,
        wordings=(
            r"i(?:'d| would) (?:really |just |also )?(?:like|love|prefer|need)\b",
            r"i(?:'m| am)? ?(?:really |just |also |currently )?(?:want|need|wanna|wanted|needed)\b",
            r"i(?:'m| am|'ve been| was)? (?:\w+ )?(?:looking|trying|hoping|wondering|calling|phoning|interested|having)\b",
            r"(?:can|could|would|will) you (?:please )?(?:help|send|book|find|get|make|check|change|cancel|transfer|set|order|look|schedule|do)\b",
            r"is it possible ",
            r"i(?:'ve| have)? (?:\w+ )?(?:lost|forgot|forgotten|got a|received|bought|ordered) ",
            r"i have a (?:question|problem|issue|complaint)",
            r"(?:help|for|give|tell|get|book|find|send|show) me\b",
            r"ich (?:möchte|hätte|brauche|will|würde|wollte|suche|habe (?:ein|eine) (?:frage|problem))\b",
            r"(?:quisiera|quiero|necesito|me gustaría|estoy buscando|llamo (?:por|para))\b",
            r"(?:je voudrais|je souhaite|j'aimerais|j'ai besoin|je cherche|j'appelle)\b",
        ),
    ),
    _cue(
        "mine",
        "speaks of my account, my order and the like",
        weight=-0.47,
        wordings=(
            r"my (?!name|pleasure|colleague|supervisor|manager|records|system|screen|apolog)\w+",
            r"(?:mein|meine|meinen|meiner|meinem) (?!name|kolleg)\w+",
            r"mi (?!nombre|compañer)\w+",
            r"(?:mon|ma|mes) (?!nom|collègue)\w+",
        ),
    ),
    _cue(
        "yours",
        "speaks of your account, your order and the like",
        weight=0.44,
        wordings=(
            r"your (?!help|time|name\b|welcome)\w+",
            r"(?:ihr|ihre|ihren|ihrer|ihrem) (?!name)\w+",
            r"su \w+",
            r"(?:votre|vos) \w+",
        ),
    ),
    _cue(
        "own_name",
        "gives a name",
        weight=-0.1,
        wordings=(
            r"my name(?:'s| is) ",
            r"(?:it's|i'm|i am|this is) \w+ \w+$",
            r"mein name ist ",
            r"me llamo |mi nombre es ",
            r"je m'appelle |mon nom est ",
        ),
    ),
    _cue(
        "gives",
        "gives numbers and details",
        weight=-0.05,
        wordings=(
            r"[\d][\d ./-]{2,}",
            r"(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)[ ,-]*){3,}",
            r"(?:(?:null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun)[ ,-]*){3,}",
            r"(?:(?:cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)[ ,-]*){3,}",
            r"(?:(?:zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf)[ ,-]*){3,}",
        ),
    ),
    _cue(
        "answers",
        "answers yes, no or with thanks",
        weight=-0.05,
        wordings=(
            r"^(?:yes|yeah|yep|yup|no|nope|sure|correct|that's (?:it|all|right|correct|great|everything)|perfect|great|awesome|thanks|thank you)\b(?! for)",
            r"(?:that's|that is|that was|that'll be|that will be) (?:it|all|everything|going to be it)\b",
            r"^(?:ja|nein|genau|richtig|perfekt|danke|das (?:wäre|war) alles)\b(?! für)",
            r"^(?:sí|no|claro|exacto|perfecto|gracias|eso es todo)\b(?! por)",
            r"^(?:oui|non|exactement|parfait|merci|c'est tout)\b(?! de| d'| pour)",
        ),
    ),
)

_NO_WORDING = re.compile(r"(?!)")
QUESTIONS = Cue("questions", "asks more questions", 0.15, _NO_WORDING)
TALKS = Cue("talks", "says more", 0.57, _NO_WORDING)
"""These two hold in any language; they are weak enough that alone they never make anybody sure."""
