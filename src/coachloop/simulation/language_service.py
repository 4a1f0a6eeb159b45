"""The inbound queue: tenants with a problem or a request."""

from typing import NamedTuple

from coachloop.simulation.grammar import Pool


class Issue(NamedTuple):
    """What a tenant rings about, what the agent finds out, and what is agreed."""

    told: Pool
    more: Pool
    feel: Pool
    check: Pool
    answer: Pool
    fix: Pool
    recap: Pool


COMPLAINTS = (
    Issue(
        Pool(
            "[My boiler's packed up|We've got no heating|The boiler's gone again], [since {day}|it just clicks and dies|there's no hot water either].",
            "[I'm calling because|I'm ringing about|It's about] the boiler, [it's been out three days|I reported it on {day}] and [nobody's come|no one's rung].",
        ),
        Pool("[I've got a baby|My mum's eighty-one|I've a six-month-old], [we're boiling kettles|we're all in one room with a fan heater].", "[It's freezing in here|We've been washing at my sister's], [this is the third time this year|it's not on]."),
        Pool("no heating [in this weather|with a little one|for three days]", "[having to boil kettles|being that cold] [in your own home|]", "[a cold house|no hot water] and nobody ringing you"),
        Pool("[Is there|Can you see] [a code|any lights|an F and a number] on the [front|display]?"),
        Pool("[It says F|There's an F and a] [22|28|75].", "[There's a red light|It just flashes|Nothing, it's dead], [I've tried resetting it|same as last time|I don't want to touch it]."),
        Pool("[I can get|I've got] a heating engineer [to you|out] on {when1}, [he carries parts|and I'll have him ring first].", "[It's logged as an emergency now|I'm making it urgent], so [someone's there|it's] {when1}, [latest|at the latest]."),
        Pool("the engineer's with you {when1}[, he'll ring half an hour before|], and [I'm having two heaters dropped off|you'll get a text tonight]", "it's down as an emergency, {when1}, and [if he's not there by the end you ring me|your reference ends four four two]"),
    ),
    Issue(
        Pool(
            "[There's|We've got] [black mould|damp] [all over|right across] the [bedroom|bathroom|back] wall, [it keeps coming back|I've scrubbed it four times].",
            "[I'm ringing|It's] about the damp, [again|I've emailed about it twice], [it's on the kids' clothes now|it's spread to the ceiling].",
        ),
        Pool("[My lad's got asthma|I've been coughing since {past}|The doctor's written me a letter], [it's not healthy|I shouldn't have to live like it].", "[The last person said open a window|Somebody came and painted over it], [it's an insult|that was {past}]."),
        Pool("[living with|breathing in] that [with a child with a bad chest|every night]", "scrubbing it and watching it come back", "being told to open a window"),
        Pool("[Is it|Would you say it's] on an outside wall[, or an inside one|]?"),
        Pool("[Outside|The outside one|Both, really], [round the window|right in the corner|behind the wardrobe].", "[I don't know|Outside, I think], [I've photos of all of it|you can see it from the road]."),
        Pool("[I'm sending|I'll send] a damp surveyor {when1}, [not just a painter|a proper one], [and I'll ask for an extractor|and he does a report].", "[I've raised|I'll raise] it with the [landlord|repairs manager] today and [book|I'll book] a survey for {when1}."),
        Pool("the surveyor's coming {when1}, [you send me the photos|I've got your photos], and I'll [ring|update] you by {day}", "[survey|damp survey] {when1}, then [treatment after that|a plan in writing], and [the report comes to both of us|you'll have it by {day}]"),
    ),
    Issue(
        Pool(
            "[There's water|Water's] [coming through|dripping from] the [kitchen ceiling|light fitting|bathroom ceiling], [it's getting worse|I've got buckets down].",
            "[I've got a leak|We've a leak under the sink|The toilet won't stop], [it's all over the floor|the cupboard's ruined].",
        ),
        Pool("[The flat upstairs|Him upstairs] [isn't answering|says it's not him], [and I'm meant to be at work|I've been up since four].", "[It's soaked my daughter's bed|It's ruined the laminate|My telly's gone], [who's paying for that|and nobody cares]."),
        Pool("[water pouring in|buckets everywhere] [and no one answering|at four in the morning]", "losing your things like that", "watching [the ceiling|your floor] go and not being able to stop it"),
        Pool("[Do you know|Can you see] where the stopcock is?", "[Have you found|Could you find] the stopcock?"),
        Pool("[Under the sink, but it's stuck|I've turned it off|What does it look like].", "[It won't turn|It's off now], [it's still dripping|but that's no water at all now]."),
        Pool("[I'm ringing|I've messaged] the emergency plumber [now|while you're on], [he's an hour away|with you before {time1}].", "[I'll get|I'm getting] upstairs' water off and [a plumber|someone] to you {when1}."),
        Pool("the plumber's on his way, [keep the stopcock off|keep the bucket under it], and [claims form's in your inbox|I'll ring upstairs' landlord]", "plumber {when1}, you [take photos of the damage|keep receipts], and I [log it for the insurers|chase upstairs]"),
    ),
    Issue(
        Pool(
            "[It's about my deposit|I'm calling because of my deposit|I moved out in {past} and I've not had my deposit], [you've taken four hundred off|it's been seven weeks].",
            "[You've charged me|They've charged me] [for cleaning|two hundred for a carpet], and [I left it spotless|that stain was there when I moved in].",
        ),
        Pool("[I've got photos of everything|I had it professionally cleaned, I've the receipt], [I feel robbed|it's just wrong].", "[I need that money|I've a deposit to pay on the new place], [I've been living on toast|I had to borrow off my mum]."),
        Pool("[seven weeks waiting|being out of pocket that long]", "[being charged for|paying for] something you [didn't do|left clean]", "having to borrow because of us"),
        Pool("[And what date|What date exactly|When] did you hand the keys back?"),
        Pool("The [thirtieth|fifteenth|first] of {past}.", "[{past}|End of {past}], [I posted them through your door|I've got the receipt for the keys]."),
        Pool("[I'm sending|I'll send] the dispute to the scheme today, [with your photos|with the receipt], [they decide, not us|it's free to you].", "[I'll get|I can get] the [cleaning|carpet] charge looked at again by [my manager|somebody who wasn't involved], [by {day}|this week]."),
        Pool("[you email me the receipt|I've got your photos], [I put it to the scheme|it goes to my manager today], and [you hear by {day}|they answer within ten days]", "the part nobody's arguing about gets paid [tomorrow|by {day}], and the [two|four] hundred goes to the scheme"),
    ),
    Issue(
        Pool(
            "[It's the neighbours|I want to complain about upstairs|It's the people in flat six], [music till all hours|the dog barks all day], [we've had no sleep|I'm at my wits' end].",
            "[I've already reported|I reported] the noise [twice|in {past}], and [it's worse|they just turned it up].",
        ),
        Pool("[I work nights|I've got exams|The baby's up every hour], [I can't function|I nearly crashed the car].", "[I'm scared to knock|He swore at me], [I don't feel safe on the stairs|my {partner} wants to move]."),
        Pool("[no sleep|night after night of that]", "[not feeling safe on your own stairs|being sworn at]", "trying to work on two hours a night"),
        Pool("[Have you|Do you have] [a note of the times|a diary of it|a recording]?"),
        Pool("[I've got a list|It's all on my phone|Since {past}, every night].", "[No|Some], [I was told not to bother|I didn't think anyone would read it]."),
        Pool("[I'm writing|We'll write] to them [today|formally], [and to the landlord|and I'll ring them too], and [I'll set you up with the noise app|you log it].", "[I can|I'll] get our [neighbourhood|tenancy] officer to [call on them|visit] {when1}."),
        Pool("the letter goes [today|out tonight], you log the times on the app, and [I ring you {day}|we speak again on {day}]", "the officer's there {when1}, [you're not named|we keep your name out of it], and [ring the council line at night|you've the night number]"),
    ),
    Issue(
        Pool(
            "[I've had a letter|You've sent me a letter] saying I'm in arrears, and [I'm not|I've never missed a payment|I paid on the first].",
            "[It's about a text|I got a nasty text] [about rent|saying I owe six hundred], [that's not right|I've got the bank statement here].",
        ),
        Pool("[It says court|It's got the word eviction on it], [I was in tears|I was shaking], [my kids live here|I've been here nine years].", "[I rang on {day}|This is the third call], [they said it was sorted|and was told ignore it]."),
        Pool("[getting a letter like that|seeing the word court] when you've [paid|done nothing wrong]", "[nine years without missing one|paying on time] and then that", "having to ring three times"),
        Pool("[What reference|Which reference] did you put on [it|the payment]?"),
        Pool("[The same as always|My name|The flat number], [it's a standing order|I've never changed it].", "[It says rent and my surname|{csur}], [it left on the first|I can see it here]."),
        Pool("[I can see it|I've found it], it [went to|was put on] [another flat|an old reference], [I'm moving it across now|so it's our mistake].", "[I'm passing it|I'll pass it] to accounts [as a mistake of ours|with your statement], [and stopping the letters|they fix it by {day}]."),
        Pool("your account's [straight|clear], [the letter's withdrawn|ignore that letter], and [I'm putting it in writing|a written apology's coming]", "accounts move the payment by {day}, letters are stopped, and [I ring you to confirm|you get a new statement]"),
    ),
    Issue(
        Pool(
            "[Someone was meant to come|I took a day off for a plumber|I waited in all day] on {day} and [nobody turned up|no one came], [not even a call|that's twice now].",
            "[It's about a missed appointment|Your contractor didn't show], [I lost a day's pay|I've used my holiday].",
        ),
        Pool("[He said he knocked|They've put no access], [I was sat by the door|I've a doorbell camera].", "[I can't keep taking days off|My boss isn't happy], [it's only a tap|for a window catch]."),
        Pool("[sitting in all day|losing a day's pay] for [someone who doesn't come|nothing]", "being told you weren't in when you were", "using your holiday up on that"),
        Pool("[Have you got|Do you have] the job number[, it starts with an R|]?"),
        Pool("[R four|It's R one], [one nine|double seven|three two] [something|six|eight].", "[No|Nobody gave me one], [just a text|only a day]."),
        Pool("[I've got|There's] the first slot {when1}, [he'll ring from the van|so you're not waiting in].", "[I'm moving it to|I've given it to] a different [firm|contractor], {when1}, [two-hour window|not all day]."),
        Pool("it's {when1}, [two-hour slot|first job], [he rings from the van|they text when they set off], and [I'm putting forty pounds on your account|I've logged a complaint]", "new contractor, {when1}, [reference ends seven one|text to follow], and the missed one [goes down as a complaint|is on us]"),
    ),
    Issue(
        Pool(
            "[We've got mice|There's mice in the kitchen|I've seen a rat], [in the cupboards|behind the cooker|I've had to bin all the food].",
            "[It's an infestation|I'm calling about pests], [droppings everywhere|I told you in {past}], [nothing's been done|you sent one trap].",
        ),
        Pool("[I've got a toddler crawling about|I can't eat in there], [I'm disgusted|I jump at every noise].", "[There's a hole|It's the gap] [by the pipe|under the sink], [I've shown two people|nobody fills it]."),
        Pool("[finding that|having that] where [you cook|a toddler's crawling]", "throwing all that food away", "not being able to use your own kitchen"),
        Pool("[Is it|Have you seen them] just in the kitchen, or [upstairs too|other rooms]?"),
        Pool("[Just the kitchen|Everywhere|The hall as well], [so far|I hear them in the walls].", "[Mostly the kitchen|One ran over my foot in the lounge]."),
        Pool("[I'm booking|I'll book] pest control {when1}, [three visits|and a carpenter to fill the hole].", "[Pest control|The pest people] can be there {when1}, and [I'm asking for the gaps to be sealed|they come back twice]."),
        Pool("pest control {when1}, then [twice more|the holes filled], and [keep food in tubs till then|I check with you on {day}]", "first visit's {when1}, [you keep the little one out of there|clear under the sink for them], [and I ring you after|and there's two more after that]"),
    ),
    Issue(
        Pool(
            "[The front door won't lock|My lock's broken|The main door's been open since {day}], [anybody could walk in|I'm on the ground floor].",
            "[I'm locked out|My key's snapped in the door], [I've been stood here an hour|my phone's on four percent].",
        ),
        Pool("[We were burgled in {past}|I'm on my own with the kids], [I've had a chair against it|I didn't sleep].", "[The office was shut|I rang the night line], [forty minutes on hold|nobody picked up]."),
        Pool("[lying there|sleeping] with a door that won't lock", "[being stood out there|an hour outside] with no one picking up", "[that|worrying who might walk in], [on your own|after a burglary]"),
        Pool("[Does it|Will it] [turn at all|close, even if it won't lock]?"),
        Pool("[It turns|It goes round] and [nothing happens|it doesn't catch].", "[No|It closes|Half way], [but a child could push it|I had to kick it]."),
        Pool("[I've got|I'm sending] a locksmith, [within the hour|before {time1}], [no charge to you|we cover it].", "[A locksmith|Someone]'s coming {when1}, [and I'll have it made safe tonight|and stays till it locks]."),
        Pool("locksmith before {time1}, no charge, [new keys handed to you|he'll show a card], and [ring me if he's late|I'll check in at {time2}]", "[it's made safe tonight|someone's there tonight], new lock {when1}, [two keys|three keys], nothing to pay"),
    ),
    Issue(
        Pool(
            "[The cooker|The oven] [that came with the flat|] [has died|is broken|tripped the electrics], [it's your one|it's on the inventory].",
            "[I've been without an|We've had no] [oven|working oven] [for two weeks|since {day}], [I'm living on takeaways|it's sandwiches every night].",
        ),
        Pool("[It's costing me a fortune|I've three kids to feed], [and your site says five days|nobody updates you].", "[A man came|Someone came], [said he'd order a part|shook his head], [and vanished|that was {past}]."),
        Pool("[two weeks|that long] without [one|it] with [kids|a family]", "paying out every night because of our part", "[someone coming and just vanishing|not being told anything]"),
        Pool("[What make is it|Do you know what make it is]?"),
        Pool("[Beko|Hotpoint|Bosch|Indesit][, I think|, about ten years old|].", "[It's worn off|Something with an H|Hang on]... [it doesn't say|I can't read it|no, it's gone]."),
        Pool("[I'm ordering|I'll order] a [new one|replacement], [it's past fixing|no more repairs], delivered {when1}.", "[The part's|It's] in, [the fitter's|he's] with you {when1}, [and if it fails we replace it|first job]."),
        Pool("the new one's delivered {when1}, old one taken away, [and send me the receipts|I'm refunding the launderette]", "fitter {when1}, [if it's not fixed it's replaced|and I've set a reminder], [text to follow|ref's on its way]"),
    ),
)  # fmt: skip

_NOTHING = Pool("")
REQUESTS = (
    Issue(
        Pool("[I'd like|I want|Can I] to [change|move] the date my rent goes out[, please|].", "[I get paid on a different day now|I've changed jobs], so [I need to move my rent date|can the rent come out later]."),
        Pool("[To the twenty-eighth|The first would be best|End of the month].", "[Payday's the twenty-fifth|It changed in {past}]."),
        _NOTHING,
        Pool("[Is it|And is it] direct debit [at the moment|you pay by]?"),
        Pool("[Direct debit, yes|Standing order].", "[Yeah|I think so], [from my old account|it comes out on the first now]."),
        Pool("[I can move|I've moved] it, [there's one part-month to pay|it starts next month].", "[That's fine|We can do that], [new date from {month}|from the next one]."),
        Pool("the rent comes out on the [twenty-eighth|first] from {month}, [one small payment before then|and you'll get it in writing]", "new date from {month}, [email to confirm|nothing else to do]"),
    ),
    Issue(
        Pool("[I need|Could I get] a copy of my [tenancy agreement|contract|rent statement], [it's for the council|for my bank|for school].", "[My bank wants|The college want] [proof of address|a copy of my tenancy]."),
        Pool("[By {day} if possible|This week|It's for a form].", "[I did have one|The old one got lost when I moved]."),
        _NOTHING,
        Pool("[Shall I|Do you want me to] [email it|send it] to the address [we've got|on file]?"),
        Pool("[Yes please|Yeah], [that's the one|email's fine].", "[It's changed|I've a new one], [it's my name and then ninety-one|I'll spell it]."),
        Pool("[I've sent it|It's on its way], [check your junk|should be there now].", "[I'll email|I'm emailing] it [this {daypart}|in the next hour]."),
        Pool("you'll have [the agreement|the copy] by email [today|within the hour], [and if the bank wants it stamped, ring back|]", "it's sent to your email, [and there's a paper copy in the post|both pages]"),
    ),
    Issue(
        Pool("[I'd like to|Can I] add my {partner} to the tenancy[, please|].", "[My {partner}'s moving in|Somebody's moving in with me], [what do I need to do|do I have to tell you]."),
        Pool("[From {month}|They're moving in at the end of the month].", "[They work full time|They've got references]."),
        _NOTHING,
        Pool("[Have they|Has your {partner}] got [photo ID|payslips|a reference]?"),
        Pool("[Yes|All of that], [passport and payslips|and a letter from work].", "[I'd think so|Payslips, yes|There's a passport]."),
        Pool("[I'll send|I'm sending] a [link|form] for [them|your {partner}] to fill in, [takes about ten minutes|then referencing's two days].", "[We do a reference|They get referenced], [then a new agreement|and then you both sign]."),
        Pool("[form today|I send the link], referencing takes two days, then you both sign [a new one|online]", "your {partner} does the form, we reference, and [it starts in {month}|there's nothing to pay]"),
    ),
    Issue(
        Pool("[I'm giving notice|I want to give my notice|I need to hand my notice in], [I've bought a place|I'm moving for work].", "[What's my notice period|How much notice do I have to give]? [I'm thinking of moving in {month}.|]"),
        Pool("[End of {month}, I think|About eight weeks].", "[Been happy here, mind|It's been a nice flat]."),
        _NOTHING,
        Pool("[Have you put|Could you put] it in writing?"),
        Pool("[Not yet|I can email tonight|I wrote on {day}].", "[Does email count|I'll do it now], [or does it have to be a letter|while you're on]."),
        Pool("[So it's a month|It's one month from rent day], [last day would be in {month}|and the check-out's booked near the end].", "[I've logged it|That's logged], [the check-out's|inspection's] {when1}."),
        Pool("notice is in as of today, you leave at the end of {month}, and [we do the check-out {when1}|keys go to the office]", "[you email it tonight|it's in writing], last day's in {month}, check-out {when1}"),
    ),
    Issue(
        Pool("[Can I|Am I allowed to|I'd like to] [have|get] a [cat|small dog|rabbit]? [It doesn't say in the contract.|]", "[It's about pets|I want to ask about a dog], [my daughter's desperate|a friend's rehoming one]."),
        Pool("[It's a rescue|He's ten, he just sleeps].", "[I'd pay extra|I'd have the carpets cleaned]."),
        _NOTHING,
        Pool("[What breed|How big] is it?"),
        Pool("[Quite small|Knee height|No idea, a bit of everything].", "[About the size of a cushion|Tiny|He's a mix]."),
        Pool("[I'll ask|I'm asking] the landlord [today|this {daypart}], [they usually say yes|most say yes with a cleaning clause].", "[It needs|There's] a pet form, [then the landlord has to agree|I'll send it]."),
        Pool("I ask the landlord today, [you fill in the pet form|form's in your inbox], and I ring you by {day}", "pet form first, landlord's answer by {day}, [then I add it to the tenancy|]"),
    ),
)  # fmt: skip

GREETING = Pool(
    "[Good {daypart}|Hello|Hi|Hi there], [thank you for calling|thanks for ringing|you're through to|welcome to] {firm}[ tenant services|], [you're speaking with|this is|my name's|it's] {agent}, [how can I help|what can I do for you|how can I help you today]?",
    "{firm}[, tenant services|], [good {daypart}|hello], {agent} [speaking|here], [how can I help|what can I do for you today|what's going on]?",
    "[Hello|Hi|Good {daypart}], {agent} [at|from] {firm}, [how are you|what's happened|what can I sort out for you]?",
    "[Good {daypart}|Hiya], tenant [services|line], {agent} [speaking|here]. [How may I help?|What's the problem?|Fire away.]",
)
GREETING_MISSED = Pool(
    "[Yeah, hello|Hello|Yes|Hello, yes]?",
    "[Tenant services|Tenants|Repairs|Lettings|{firm}].",
    "[Hold on|One second|Just a sec]... [right, yes|okay, go on|sorry, yes].",
    "[What's|Can I take] [the|your] [postcode|address|reference|tenancy number]?",
    "[Hello|Hi], [sorry about the wait|thanks for holding, we're short today|it's very busy]. [Name?|Yes?|Address?]",
    "[Tenant line|Customer services], [is it a repair|is this a new or existing problem]?",
)
HELLO_CUSTOMER = Pool(
    "[Hi|Hello|Yeah, hi|Oh, hello|Finally], ",
    "[Hiya|Yes, hello|Morning], [it's|this is] {cfull}, [I'm at {street}|{street}|], ",
    "",
)

EMPATHY = Pool(
    "[Oh no, I'm|I'm] [so|really|very] sorry [to hear that|about that|you're going through that], {feel} [must be awful|must be horrible|sounds really hard|must be so frustrating].",
    "[That must be|That sounds] [really|so|very] [frustrating|stressful|difficult|upsetting], {feel}.",
    "I [can|completely|totally] understand [how frustrating that is|how upsetting that must be|why you're upset], {feel}.",
    "[Oh no|Oh goodness|Gosh|Oh dear|Right], [that sounds|that must be] [awful|miserable|really stressful|so frustrating|horrible], {feel}.",
    "I'd be [fed up|livid|upset|beside myself] too, [honestly|in your shoes|if it was me], {feel}.",
    "I can [hear|imagine] how [stressful|tiring|upsetting] [that is|this has been|it is], {feel}.",
    "You've [been more than patient|had a rotten time of it|been really put through it][, {feel}|].",
    "[No wonder|I'm not surprised] you're [upset|fed up|angry|worn out], {feel}, [anyone would be|that's not on|you shouldn't have to].",
    "[Oh|Ah], {feel}... [that's not okay|that's no way to live|nobody should have that|I really feel for you].",
    "[I'm so sorry|I'm really sorry] you've [had to live with that|been left with that|been through that], {feel}, [that's hard|it's wearing|it isn't right].",
    "{feel}, [you poor thing|that's grim|that would drive me up the wall].",
    usual=3,
)
EMPATHY_MISSED = Pool(
    "[I apologise|We apologise|Apologies] for any inconvenience [caused|].",
    "[Sorry|Sorry about that|I'm sorry to hear that]. [What's the postcode?|Can I take the address?|And your name?]",
    "[Okay|Right], [so that's|that's] [one for maintenance|a plumbing job|the repairs team|a different department].",
    "[I understand|I understand that]. [Can I take|I need] [some details|your reference|a contact number].",
    "[We do get|There's been] [a lot of these|quite a few of those] [this time of year|lately|this week].",
    "That must be the [old model|contractor's fault|one they fitted last year|weekend team], [we've had a few of those|I think|].",
    "I can't imagine [who told you that|why they'd say that|that was us].",
    "[Did you report it|Have you reported it] [online|through the app]? [You're supposed to.|It's quicker.|]",
    "[Mm-hm|Okay|Right|Yep].",
    "[Bear with me|Let me just|I'll] [pull your file up|get your account up|open the screen].",
)
SECURITY = Pool(
    "[Can I|Could I] take [your|the] [postcode|full name and postcode|first line of the address] [for me|, please|]?",
    "[I just need|Just for security,] [the name on the tenancy and the address|the address], [please|if that's okay].",
    "[Which property|What address] [is it|is this for]?",
)
SECURITY_REPLY = Pool(
    "[It's|Yeah, it's] [flat|number] [2|3|5|7b|12|19|40] {street}, {town}. [{cfull}.|]",
    "{cfull}, [number|flat] [1|4|6|8|15|22], {street}.",
    "{cfull}. [Number|Flat] [2a|9|11|17|30|41], {street}[, {town}|].",
)
HOLD_ASKED = Pool(
    "[Do you mind|Would you mind|Is it okay|Are you happy] [if I put you|if I pop you|for me to put you] on hold [for a minute|for a moment|while I check that]?",
    "[Can|Could|May] I [just|] [put|pop|place] you on hold [for a minute|for a moment|while I check|while I look into that]?",
    "[Would you mind|Do you mind|Is it okay|Is it all right] if I [pop|put] you on hold [for a minute|while I check that|for two minutes]?",
    "[Can|Could|May] I [pop|put|place] you on [a brief hold|hold] [while I speak to repairs|while I look|a second], [is that okay|if that's all right|please]?",
    "[I need to|I'd like to] check with [repairs|my manager|accounts], [are you happy to hold|can you hang on two minutes|is it okay to leave you with the music]?",
    "[Are you okay|Are you all right] [to hold|hanging on] [for a moment|while I find out]?",
    usual=2,
)
HOLD_ANNOUNCED = Pool(
    "[I'm|I'm just] [putting|popping] you on hold[ now| a sec|].",
    "[Bear with me|Hold the line|One moment|Hang on|Two ticks].",
    "[I'll|I'm going to] [put|place] you on [a brief hold|hold] [while I check that|for a minute], [won't be long|back in a sec|okay].",
    "[Just going to|Gonna] [speak to|check with] [repairs|someone|my manager], [stay there|don't go away|back in a minute].",
)
HOLD_YES = Pool(
    "[Yeah|Sure|Okay|Fine|Go on then|Yes], [that's fine|no problem|if you must|don't cut me off|].",
    "[As long as you come back|Okay, but I'm on my lunch|Sure].",
)
HOLD_SURPRISED = Pool("[Oh|Er], okay.", "[Right|Oh, wait|Hang on, I|Okay]...")
HOLD_BACK = Pool(
    "[Thanks for holding|Thank you for waiting|Hello, are you still there|Sorry about that|Right, I'm back].",
    "[Okay|Hi|Right], [thanks for hanging on|sorry to keep you|are you there].",
)
STILL_HERE = Pool(
    "[Yeah|Yes|Still here|Yep|I'm here].",
    "[That was longer than two minutes|The music's awful, by the way|Yes, go on].",
)
PUSHBACK = (
    (Pool("[And what if|What happens if] [nobody comes|they don't turn up|it happens again]?", "[I've heard that before|That's what they said last time]."), Pool("[Then ring|Ring] [this number|and ask for me], [I've put my name on it|it's all on the notes].", "[I'll be keeping an eye on it|I've flagged it], [it won't get lost|so it's not on you].", "[I can't promise|Well], [that's the contractor's side|it should be fine]. ")),
    (Pool("[Can't it be sooner|Is that the earliest|Nothing today]?", "[That's|{when1}'s] no good, [I'm at work|I've got a hospital thing]."), Pool("[Let me see|I'll have a look]... [I can do|there's] {when2}[, that's the other one|].", "[That's all there is|It's the first I've got], [I'm afraid|but I'll ring if one comes up].")),
    (Pool("[Will I|Do I] get [something in writing|an email|compensation]?", "[Who's paying|Do I have to pay] for [that|this]?"), Pool("[You'll get an email|I'll put it in an email], [by tonight|straight after this].", "[There's no charge|That's on us|I can ask], [it's the landlord's job|let me note that].")),
    (Pool("[Is there anything|Do you need anything] else [you need from me|from me]?", "So [just to be clear|to go over it], [I don't have to do anything|you're ringing them, not me]?"), Pool("[No, that's all|Not from you|No, we've got it].", "[That's right|Exactly|Yeah], [leave it with us|nothing more from you].")),
)  # fmt: skip
REQUEST_PUSHBACK = (
    (Pool("[How long|And how long] [does it take|will that be|till it's done]?", "[When will I|When do I] hear?"), Pool("[A day or two|By {day}|Two working days], [usually|if it's quiet].", "[Not long|This week], [I'll keep an eye on it|you'll get an email].")),
    (Pool("[Will I|Do I] get [something in writing|an email|a letter]?", "[Does it|Will it] cost [me|] anything?"), Pool("[You'll get an email|I'll put it in an email], [by tonight|straight after this], [and there's nothing to pay|no charge].",)),
    (Pool("[Is there anything|Do you need anything] else [you need from me|from me]?", "So [just to be clear|to go over it], [I don't have to do anything|that's it from my side]?"), Pool("[No, that's all|Not from you|No, we've got it].", "[That's right|Exactly|Yeah], [leave it with us|nothing more from you].")),
)  # fmt: skip
SERVICE_ACK = Pool(
    "[Okay|Right|Yeah].",
    "[Mm-hm|Got it|Sure|I see].",
    "[Right, okay|Okay then|All right].",
    "[Thank you|Thanks|Lovely, thanks].",
    "",
)
FIX_REPLY = Pool(
    "[Okay|Right|All right], [good|thank you|that's something|about time].",
    "[Oh|Great|Okay], [that works|brilliant|that'd be good].",
    "[Fine|Okay|Right]. [I'll believe it when I see it.|I hope so.|]",
)
RECAP = Pool(
    "[So|Okay, so] [just to recap|to recap|just to confirm|to summarise|just to go over that]: {recap}.",
    "[So|Right, so] what we've agreed [today|] is: {recap}.",
    "[So|Okay], [just to confirm|just so we're both clear|let me just recap], {recap}.",
    "[So|Okay, so|Right], [just to go over it|to recap|just to run through that|so we're clear|to sum up]: {recap}.",
    "[So what we've agreed is|So what's happening is|So the plan is|Let me run that back to you]: {recap}.",
    "[So|Right then], {recap}, [is that everything we said|have I missed anything|yeah|does that sound right]?",
    "[I'll say it back|Let me read that back], {recap}.",
    "[Okay|Perfect|Lovely], {recap}.",
    usual=3,
)
RECAP_MISSED = Pool(
    "[Okay|Right|Lovely], [that's all booked|that's done|that's logged|all sorted].",
    "[I've put it|It's all] on the system[ for you|].",
    "[You'll get|Look out for] [a text|an email|a confirmation] [shortly|in a bit].",
    "[So|Right], [leave it with me|there we go|that's that].",
    "[I won't go over it all again|No need to go through it again], [you've got it|it'll be in the email].",
)
RECAP_REPLY = Pool(
    "[Yes|Yeah|Yep], [that's it|that's right|got it|perfect].",
    "[Okay|Great|Right], [thank you|thanks for that|I've written it down].",
)
ANYTHING_ELSE = Pool(
    "Is there anything else I can [help you with|do for you|help with] [today|]?",
    "[And is|Is|Was] there anything else [you needed|today|I can help with]?",
    "[Is there|Was there] anything [else|more] [I can help [you|] with|you needed|I can do for you] [today|while you're on|]?",
    "[Anything else|Any other questions|Anything at all] [I can do|from you|while I've got you|you wanted to ask]?",
    "[What else can I do for you|Is there something else I can sort] [today|while you're here|]?",
    "[Before you go|Before I let you go|While you're on], [is there any other|have you any other|any other] [problem|worry|repair] [with the flat|I should know about|]?",
    "[Have I|Did I] [covered everything|answered everything|got to everything] [you rang about|you wanted|for you]?",
    usual=2,
)
ANYTHING_MISSED = Pool(
    "[If there's nothing else|Unless there's anything else], [I'll let you go|I've got calls waiting].",
    "[If you need anything else|Anything else], [it's best to use the app|go online|there's a form on the website].",
    "",
    "",
    "",
)
NOTHING_MORE = Pool(
    "[No|Nope|No, that's it], [that's everything|that's all|nothing else], [thank you|thanks|cheers].",
    "[No|Not today], [you've been great|that's fine|just that].",
)
