"""Why people ask: their reasons, what hurts, and the same problem in another person's words."""

from typing import NamedTuple

from coachloop.simulation.grammar import Pool


class Pain(NamedTuple):
    """A problem: as the customer tells it, and as clauses in the second person that give it back."""

    told: Pool
    echo: Pool


class Scenario(NamedTuple):
    """A life situation: why the customer is here, and the problems that come with it."""

    reason: Pool
    pains: tuple[Pain, ...]


SELLER = (
    Scenario(
        Pool(
            "[We're|My {partner} and I are|Me and my {partner} are] [separating|splitting up|getting divorced], so the {home} [has to go|needs to be sold|has got to go].",
            "[It's a divorce|I'm going through a divorce], [I won't bore you|simple as that|so we're selling up].",
            "[The marriage is over|We've called it a day], [and neither of us can afford to stay|so there's a {home} to split].",
        ),
        (
            Pain(
                Pool(
                    "[The worst of it is|Thing is,] we're [both still under|still sharing] [the same|one] roof and [can't say a civil word|we're not speaking].",
                    "[I'm in the spare room|One of us is on the sofa] and [the kids are caught in the middle|we just avoid each other|it's poison, honestly].",
                ),
                Pool(
                    "you're [both|] stuck [living together|under the same roof] when it's [already|] over",
                    "until it sells the two of you can't [get away from each other|start again]",
                    "home has turned into the one place you don't want to be",
                ),
            ),
            Pain(
                Pool(
                    "[The solicitors|Lawyers] are [eating|costing] a fortune [every month|] and [it can't be settled|nothing moves] till [it's sold|the {home}'s sold].",
                    "Every [week|month] it [drags on|isn't sold] it's another [letter|bill] from [the solicitor|the other side].",
                ),
                Pool(
                    "[the legal bills keep coming|you're paying lawyers] [for as long as|while] the {home} isn't sold",
                    "every month's delay [is costing you in|means more] solicitors' letters",
                    "nothing can be settled until the sale goes through, and that's bleeding money",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[It was my mum's, she passed away|It's my late father's, he died|It belonged to my aunt, she passed] in {past}, and [it's come to us|we've inherited it|I'm the executor].",
            "[We've inherited it|It's a probate thing|It's been left to us], [me and my brother|me and two sisters|just me].",
        ),
        (
            Pain(
                Pool(
                    "[I live|We're] [three hours|two hundred miles] away and I'm [driving up|back and forth] every [weekend|fortnight] to [check on it|cut the grass|clear it out].",
                    "It's [full of|crammed with] [forty years of|a lifetime of] [stuff|things] and [I just can't face it|I don't know where to start].",
                ),
                Pool(
                    "you're [doing all that driving|back and forth] just to keep [an empty place|it] going",
                    "clearing it [out|] is [hanging over you|too much to face on your own]",
                    "there's a whole lifetime in there and it's landed on you to sort",
                ),
            ),
            Pain(
                Pool(
                    "[My brother|My sister|One of us] [won't|doesn't want to] agree [on anything|to sell|what it's worth], [so we're stuck|and it's turning nasty|it's causing rows].",
                    "[We've all fallen out over it|There's three of us and three opinions], [nobody wants to be the one who sold cheap|it's horrible, really].",
                ),
                Pool(
                    "[the family can't agree|you and the others aren't on the same page], and [you're piggy in the middle|it's pulling you apart]",
                    "the {home} has [set the family against each other|become something to fight over]",
                    "it's [less about the money than|as much about] keeping the peace [between you all|at home]",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[I've got|I've been offered|My {partner}'s got] a [job|new job|transfer] in [Leeds|Glasgow|Cardiff|Norwich|Dublin], [starting|start date's] in {month}.",
            "[Work's moving me|We're relocating for work], [they want me there by {month}|so we've got to be out by {month}].",
        ),
        (
            Pain(
                Pool(
                    "[I'm already|He's already|She's already] [renting|paying for a room] [up there|near the office], so it's [two lots of everything|rent and a mortgage every month].",
                    "[We'd be|We're] paying [for two places|double] [till this sells|from {month}], [I can't keep that up|and it's killing us].",
                ),
                Pool(
                    "you're [paying for two places|covering two homes] [at once|at the same time], and that can't go on",
                    "every month it isn't sold you're [out of pocket twice|paying twice over]",
                    "money's going out of both ends until this one's gone",
                ),
            ),
            Pain(
                Pool(
                    "[The kids|My two] [have to|need to] start [the new school|school] in September and [we've nowhere to live|I can't give an address].",
                    "[I only see|We only get] the [kids|family] [at weekends|on Saturdays] [now|at the minute], [the little one cries|it's no way to live].",
                ),
                Pool(
                    "[you're apart from|the family's split up and you're missing] the [kids|children] [while this drags on|because of where the job is]",
                    "[school's coming round fast|September's coming] and you've no address [to give them|yet]",
                    "the children are the ones waiting on this sale",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[The kids have all gone|It's just the two of us now|I'm on my own now], [it's far too big|we rattle round in it|we don't need four bedrooms].",
            "[We're|I'm] [downsizing|looking for something smaller], [retired in {past}|at our age it makes sense].",
        ),
        (
            Pain(
                Pool(
                    "[The stairs|Them stairs] are [killing my knees|getting too much], I [had a fall|went over] in {past}.",
                    "[I can't manage the garden|The garden's beyond us] any more, [and I hate seeing it like that|my {partner}'s back's gone].",
                ),
                Pool(
                    "the {home}'s [got the better of you|more than your body wants to manage]",
                    "[the stairs|getting up and down] [aren't safe for you|is a worry] any more[, after that fall|]",
                    "keeping the place up [has stopped being|isn't] something you can do [on your own|any longer]",
                ),
            ),
            Pain(
                Pool(
                    "[It's costing|We spend] [four hundred|a fortune] a month [just to heat|heating] rooms [nobody goes in|we never use].",
                    "[The bills|The heating and the council tax] [have doubled|are shocking], [on a pension|we can't keep paying that].",
                ),
                Pool(
                    "you're [heating|paying to heat] [half a {home}|rooms] [you don't live in|nobody uses]",
                    "the bills have [outgrown|run away from] the pension",
                    "[running|just running] the place is eating what you've got coming in",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[We've got|There's] a [second|third] baby [on the way|due in {month}] and [we're out of room|there's nowhere to put it].",
            "[We've outgrown it|There's five of us in a {beds}-bed now|We need the space], [it's as simple as that|so it's time].",
        ),
        (
            Pain(
                Pool(
                    "[I work|My {partner} works] [at the kitchen table|from the bedroom] with [the kids round my feet|a toddler on my knee], [it's impossible|I look a fool on calls].",
                    "The [girls|boys|kids] are [three|two] to a room and [nobody sleeps|they fight all night].",
                ),
                Pool(
                    "[everyone's|you're all] on top of each other and [no one's getting any sleep|something has to give]",
                    "you're trying to [work|do a job] [in the middle of|surrounded by] [family life|the kids]",
                    "there's no corner of the {home} that's [yours|quiet] any more",
                ),
            ),
            Pain(
                Pool(
                    "[We keep finding places|We've lost two places|There's one we love], but [we can't offer till we've sold|they won't wait for us to sell|someone gets in first].",
                    "[Nobody|No agent] [takes us seriously|will even show us round] because [ours isn't on|we're not under offer].",
                ),
                Pool(
                    "you [keep losing out|keep missing places] because yours isn't sold [first|]",
                    "[you can't make a move|your hands are tied] [on the next one|] until there's an offer on this",
                    "you find one you love and then have to watch it go",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[It's been on|We've been on the market] with [somebody else|another firm|an online agent] since {past} and [nothing|not a thing|no offers].",
            "[We've tried already|We had a go last year], with [one of the online lot|the agent on the corner].",
        ),
        (
            Pain(
                Pool(
                    "[They never|Nobody ever] [ring|call] [you|] back, [I don't even know if anyone's seen it|it's like shouting down a well].",
                    "[I leave messages|You email and email] and [it's silence|nothing comes back], [for weeks|I'm tearing my hair out].",
                ),
                Pool(
                    "you've been left [in the dark|hanging] by the people [you were paying|meant to be selling it]",
                    "nobody's [telling you anything|picking up the phone to you]",
                    "you've had [months|weeks] of silence [from them|and no idea if anyone's even been round]",
                ),
            ),
            Pain(
                Pool(
                    "[We had|There was] a buyer and [they pulled out|it fell through] [the day before|a week before] [exchange|we were due to exchange].",
                    "It's [fallen through|collapsed] [twice|two times] now, [I can't go through it again|my {partner}'s in bits].",
                ),
                Pool(
                    "you [got right to the line|nearly had it done] and it was [snatched away|pulled from under you]",
                    "after [that buyer walked|it collapsed] you [don't trust it to hold|can't face another one doing the same]",
                    "you've been let down at the last minute, and it's [knocked you|left a mark]",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[My fixed rate|The fix] [ends in {month}|ran out in {past}] and [the payments|the mortgage] [are going|is going] [up by four hundred|through the roof].",
            "[Money's tight, I'll be honest|I've lost my job|My hours have been cut], so [I can't keep it|we need to get something cheaper].",
        ),
        (
            Pain(
                Pool(
                    "I'm [two|three] [payments|months] behind and [they've sent a letter|the bank's writing to me], [I don't open them any more|I'm not sleeping].",
                    "[If it isn't sold by|Unless it goes before] {month} [the bank takes it|they'll start proceedings].",
                ),
                Pool(
                    "[the bank's breathing down your neck|there's a clock running at the bank] and [you're awake over it|you want to be ahead of it]",
                    "you've [fallen behind|got behind] and you want it sold [on your own terms|before they do it for you]",
                    "it's a race between the sale and those letters",
                ),
            ),
            Pain(
                Pool(
                    "[We're|I'm] [putting food on|living on] [the credit card|credit] [by the middle of the month|most weeks].",
                    "[There's nothing left|It all goes on the mortgage], [we don't turn the heating on|I've cancelled everything].",
                ),
                Pool(
                    "the mortgage [takes everything|leaves you nothing] [and the rest goes on cards|to live on]",
                    "you're [borrowing|going without] just to stay put",
                    "there's [simply|] more going out than coming in",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "{parent}'s [going into a home|moving into care], and [the {home}|selling the {home}] [pays for it|is how we fund it].",
            "[It's for care fees|We need it for the care home|It's {parent}], [{she}'s been diagnosed|{she} can't be left any more].",
        ),
        (
            Pain(
                Pool(
                    "The [home|care home]'s [eleven|fourteen] hundred [quid|pounds] a week and [we're covering it|it's coming out of our savings].",
                    "[They want paying now|The fees have started] and all {her} money is [in the bricks|tied up in that {home}].",
                ),
                Pool(
                    "the care fees [have started|are landing on you] [before|while] the money's still [tied up in the {home}|in bricks]",
                    "you're [dipping into your own savings|carrying those fees] until it sells",
                    "it's costing a fortune every week and you can't get at what's in the property",
                ),
            ),
            Pain(
                Pool(
                    "[I feel|It feels] [terrible|like I'm selling {her} life|like a betrayal], [{she} asks when {she}'s going home|{she} still thinks {she}'s going back].",
                    "[{she} doesn't know we're selling|I haven't told {them} yet], [I don't know how to|it breaks my heart].",
                ),
                Pool(
                    "[this is hard|you're torn], because it's still home [to {them}|to the family]",
                    "it's [not just a sale|the goodbye that's hard], it's [having to tell {them}|everything in it]",
                    "you're having to decide this for somebody you love who [can't|won't] see it coming",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[It's the neighbours|Next door's the reason], [we've had enough|we just want out].",
            "[They're building|They've got permission for] [sixty houses|a block of flats] [behind us|over the back], so [we're off|we'd like to go before it starts].",
        ),
        (
            Pain(
                Pool(
                    "[Music|Shouting|Parties] till [three|four] in the morning, [every weekend|four nights a week], [the police do nothing|the council don't care].",
                    "[I dread|My {partner} dreads] coming home [of a Friday|], [you never know what you'll get|it's like being under siege].",
                ),
                Pool(
                    "you can't [rest|get any peace] in your own {home}",
                    "[home's stopped feeling like yours|it's got to where you dread going home] because of them next door",
                    "[it's every week|night after night] and nobody official will step in",
                ),
            ),
            Pain(
                Pool(
                    "[I'm worried|What frightens me is] we'll [have to declare it|have to tell a buyer] and [nobody will touch it|it'll knock fifty thousand off].",
                    "[If we wait|Once the diggers come] [the price drops|nobody's going to want it], [so it's now or never|and we're stuck].",
                ),
                Pool(
                    "you're afraid [it'll put buyers off|buyers will run when they hear]",
                    "[there's a window|you've got to be out] before that [drags the value down|hits the price]",
                    "the fear is being left with [a {home}|something] no one will buy",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[It's a flat|It's leasehold], [the lease is down to seventy-one years|there's the cladding business], [so we want to get out|it's time to go].",
            "[The service charge|The ground rent] [has gone mad|doubled again], [I want shot of it|I've had enough of flats].",
        ),
        (
            Pain(
                Pool(
                    "[Two|Three] [lenders|banks] have [turned it down|refused our buyers], [so every sale dies|because of that one form].",
                    "[Buyers love it|They come, they love it], then [the survey comes back|the bank says no] and [it's dead|that's that].",
                ),
                Pool(
                    "[it isn't finding buyers that's the trouble|people want it], it's [the banks saying no|getting a lender to say yes]",
                    "every [sale|buyer] [gets as far as the bank and dies|falls at the lender]",
                    "you're trapped by a bit of paper [rather than|, not] by the flat itself",
                ),
            ),
            Pain(
                Pool(
                    "[They sent|We got] a bill for [nineteen|twenty-two] thousand for [the roof|the works], [I haven't got that|due in {month}].",
                    "It [goes up|creeps up] every [year|six months] and [nobody can tell us what it's for|there's no say in it].",
                ),
                Pool(
                    "you're facing [bills|a bill] [you never agreed to|that came from nowhere] and [can't argue with|have no say in]",
                    "the charges [keep climbing|go one way] and nobody [explains them|answers for it]",
                    "that roof money is [hanging over you|money you simply haven't got]",
                ),
            ),
        ),
    ),
)

BUYER = (
    Scenario(
        Pool(
            "[We're first-time buyers|It's our first place|It'd be my first], [we've been saving six years|with a bit of help from my dad].",
            "[I'm sick of renting|We're renting and we've had enough|We want to stop renting], [so it's time|thirty-four and still flat-sharing].",
        ),
        (
            Pain(
                Pool(
                    "[Rent's gone up|They've put the rent up] [again|twice this year], [it's twelve hundred now|half my wages], so [we can't save|the deposit goes backwards].",
                    "[Every time we|Whenever I] get near the deposit [prices jump|something goes wrong with the car], [it's like running up an escalator|it's soul-destroying].",
                ),
                Pool(
                    "[the rent's|rent is] [eating|swallowing] what you'd be [saving|putting by]",
                    "the deposit keeps [moving away from you|slipping out of reach]",
                    "you're [working hard to stay still|saving and getting no nearer]",
                ),
            ),
            Pain(
                Pool(
                    "[We've been outbid|I've been beaten] [four|three|five] times [now|], [by people with cash|always by ten grand].",
                    "[You see it Friday|It goes up on a Friday] and it's gone [by Saturday dinner|before you've rung], [we never stand a chance|what are we doing wrong].",
                ),
                Pool(
                    "you [keep getting beaten|keep coming second] to people with [deeper pockets|cash]",
                    "they're gone before you've [had a look in|even had your shoes on]",
                    "it's one let-down after another and you've [stopped believing|started wondering if it'll happen]",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[We're after|It's about] the school, [we want to be in the catchment|it's for my eldest|they start in September].",
            "[Schools, mainly|It's for the kids' school], [the one where we are is failing|there's only one round there we like].",
        ),
        (
            Pain(
                Pool(
                    "[If we're not|Unless we're] [in|at an address] by [the end of October|January the fifteenth], [we miss the deadline|it's the waiting list].",
                    "The deadline's [in {month}|weeks off] and [we haven't even had an offer accepted|there's nothing for sale in those four streets].",
                ),
                Pool(
                    "it's the [school deadline|date for the school place] that's [setting the pace|keeping you up]",
                    "if you miss that date the place is gone",
                    "you're hunting in [four|a handful of] streets with a clock on it",
                ),
            ),
            Pain(
                Pool(
                    "[My son's|My lad's|My daughter's] being [bullied|picked on] at school, [every single day|it's been months], [we've got to get out of there|I can't watch it].",
                    "[I'm driving|My {partner}'s driving] them forty minutes each way, [twice a day|rain or shine], [I've had to drop my hours|I'm shattered].",
                ),
                Pool(
                    "this is about getting the [kids|children] [somewhere better|a fresh start]",
                    "school's what's [running the house|eating your day] at the moment",
                    "the [kids are|whole family's] suffering and the move's the only way [out|to stop it]",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[I've got a job|I start work] at [the hospital|the university|the council] in {month} and [I don't know the area|I need to be near].",
            "[We're moving|I'm moving] [up from London|down from Scotland|back from Spain], [new start|my {partner}'s from round here].",
        ),
        (
            Pain(
                Pool(
                    "[I've been|We've been] in [a hotel|my in-laws' spare room|a caravan] since {past}, [with a dog|living out of a suitcase].",
                    "[All our things|Everything we own]'s in storage, [two hundred a month|I've got three shirts], [it's wearing thin|we're getting on each other's nerves].",
                ),
                Pool(
                    "[you've been|you're] living out of a [bag|suitcase] [for too long|and it's wearing you out]",
                    "you've got no [proper|] home of your own [just now|], [and everything's in boxes|just somebody's spare room]",
                    "life's in storage until you've got keys",
                ),
            ),
            Pain(
                Pool(
                    "[I can't get|It's hard to get] [down|up] for viewings, [it's five hours each way|I've used all my holiday], and [they won't do it by video|they go before I can come].",
                    "[I don't know|How would I know] which [bits|streets] are [rough|all right], [I'm scared of picking wrong|I've been stung before].",
                ),
                Pool(
                    "being so far off, you can't [get to see|view] anything [before it's gone|in time]",
                    "you're having to choose [blind|an area you don't know], [and that scares you|and a mistake would be expensive]",
                    "the distance is what's beating you",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[Our sale's going through|We've sold ours|We're under offer], [the buyer wants us out by {month}|and we've nowhere to go].",
            "[We were in a chain|We'd found one], [it collapsed|they pulled out], so [we're looking again|back to square one].",
        ),
        (
            Pain(
                Pool(
                    "[If we don't find|Unless we find] something by {month} [our buyer walks|we lose the sale], [it's keeping me up|and then what].",
                    "[Our buyer's|They're] ringing every [day|other day] [threatening to pull out|asking for a date], [and I've nothing to tell them|I feel sick when it rings].",
                ),
                Pool(
                    "if nothing turns up you [lose your own buyer|lose the sale as well]",
                    "[you've got your buyer|there's a buyer] [pushing from behind|on your back] and nothing in front of you",
                    "you're [caught|squeezed] between the one you've sold and the one you haven't found",
                ),
            ),
            Pain(
                Pool(
                    "[We spent|I've spent] [two|three] grand on [surveys and solicitors|searches] for [nothing|a place we never got].",
                    "[The survey|It] came back with [subsidence|dry rot], [after we'd paid for everything|at the eleventh hour], [so that was that|money down the drain].",
                ),
                Pool(
                    "you've already [lost money|paid out] on one that [came to nothing|fell apart]",
                    "you don't want to [pour any more into|spend all that again on] a place you might not get",
                    "it cost you thousands and you've nothing to show",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[It's for|We want a place for|I need somewhere for] {parent}, [near us|on the flat|so I can keep an eye on {them}].",
            "[I need a ground floor|I'm looking for something with no stairs] for {parent}, [{she}'s had a hip done|{she} uses a chair now].",
        ),
        (
            Pain(
                Pool(
                    "[Everything's got steps|They say accessible and there's a step up], [nobody checks|I've had four wasted trips], [it's humiliating|you get there and can't get in].",
                    "[I turn up|We get there] and [the chair won't go through the door|there's a flight of stairs], [and they shrug|every time].",
                ),
                Pool(
                    "you keep [turning up|being sent] to places you can't even get into",
                    "nobody's [checking|bothered to check] the one thing [that matters|you need]",
                    "it's trip after trip [wasted|] because the listing isn't honest about the steps",
                ),
            ),
            Pain(
                Pool(
                    "[I'm over there|I'm driving over] [twice a day|morning and night] and [I've a job and two kids|something's going to give].",
                    "{she} [fell|left the gas on] in {past} and [nobody knew till the evening|I was an hour away], [I can't have that again|never again].",
                ),
                Pool(
                    "you're [running two households|stretched between your family and looking after {them}]",
                    "you want {them} [close enough|near enough] that [a fall doesn't go unnoticed|you'd know if something happened]",
                    "it's the not being there that worries you",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[We're expecting|There's a baby coming] and [we're in a one-bed|it's a studio], [so, yeah|do the maths].",
            "[We need another bedroom|We've run out of room|It's too small for us], [my {partner}'s kids stay half the week|there's four of us now].",
        ),
        (
            Pain(
                Pool(
                    "[It's damp|There's mould] [all up the wall|in the bedroom] and [the baby's chest is bad|my little one's got asthma], [the landlord just paints over it|and we can't stay].",
                    "[We can't have|I can't have] a newborn in [that|there], [the lift's been broken since {past}|fourth floor and no lift].",
                ),
                Pool(
                    "the place you're in is [making your little one ill|no good for a baby]",
                    "[it's health|it's not about wanting more space], [you need the baby out of there|it's about the child's chest]",
                    "you can't bring a baby home to that",
                ),
            ),
            Pain(
                Pool(
                    "[We fall between|We're too rich for help and too poor to buy], [the bank laughed|every broker says wait a year].",
                    "[I'm self-employed|My {partner}'s on a zero hours contract], so [lenders run a mile|the bank says three years' books].",
                ),
                Pool(
                    "[you earn enough|you can afford it] but [on paper the banks won't have it|nobody will lend to you]",
                    "you don't fit [the lenders' boxes|the forms], [and that's the wall|so you keep getting a no]",
                    "the money's there and the mortgage isn't",
                ),
            ),
        ),
    ),
)

LANDLORD = (
    Scenario(
        Pool(
            "[My tenants have given notice|The tenants are leaving|They're moving out], [end of {month}|after four years].",
            "[It's coming up empty|I've got it empty from {month}], [they've bought a place|they were lovely, too].",
        ),
        (
            Pain(
                Pool(
                    "Last time [it sat empty|it was empty] for [three|four] months and [I was paying the mortgage out of my own pocket|nearly finished me].",
                    "[I can't carry|I can't afford] [an empty month|a gap], [it's my pension|it pays my own rent].",
                ),
                Pool(
                    "a gap between tenants [comes straight out of your pocket|is what you can't afford]",
                    "you can't [have|face] it sitting empty [like last time|again]",
                    "every empty week is one you're paying for",
                ),
            ),
            Pain(
                Pool(
                    "[They've left it|It's been left] in a [right state|mess], [holes in the wall|carpets ruined], and [the deposit won't cover half|I live too far to sort it].",
                    "[I need to do|There's] [the kitchen|a whole new bathroom], [trades don't ring back|and I can't be there to let them in].",
                ),
                Pool(
                    "there's [work to do|a mess to put right] before anyone can move in and [nobody to do it|you can't be there]",
                    "you're left with the damage and [not enough to fix it|a deposit that doesn't touch it]",
                    "it's the getting it ready that's the headache",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[We never meant to be landlords|I sort of fell into it], [we couldn't sell it|I moved in with my {partner}], so [it's been let|we let it].",
            "[I inherited it|It was my nan's], [don't want to sell yet|so I thought I'd let it out].",
        ),
        (
            Pain(
                Pool(
                    "[There's so many rules now|The rules change every five minutes], [gas, electric, right to rent|licences], [I'm terrified I'll get fined|I don't know what I don't know].",
                    "[Someone told me|I read] it's [a thirty thousand pound|a massive] fine if [you miss one certificate|the deposit's not registered], [I panicked|I've not slept].",
                ),
                Pool(
                    "you're [worried you'll miss something|frightened of getting the rules wrong] and [get fined|it'll cost you]",
                    "it's the paperwork [and the fines|, the not knowing] that scares you",
                    "you [didn't sign up to be a legal expert|want to be legal and nobody's told you how]",
                ),
            ),
            Pain(
                Pool(
                    "[It's cost me more than it's made|I've not made a penny on it], [new boiler|roof|rewiring], and [then the tax|the mortgage doubled].",
                    "[I'm subsidising|I'm basically paying for] [someone to live there|them to live there], [two hundred a month out of my wages|it makes no sense].",
                ),
                Pool(
                    "it's [costing you to be a landlord|taking more than it gives]",
                    "you're [topping it up|paying] out of your wages [every month|] so somebody else can live there",
                    "the sums just don't add up as it stands",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[My tenant's stopped paying|They're not paying|I've got one who won't pay], [since {past}|four months now].",
            "[It's arrears|I've had a nightmare tenant], [they went in {past}|finally gone], so [never again on my own|I want it done properly].",
        ),
        (
            Pain(
                Pool(
                    "[I'm owed|They owe me] [five|six|four] thousand and [they just laugh|they won't answer the door], [and I've the mortgage to find|I feel a mug].",
                    "[Every month|On the first] I look at the account and [it's not there|nothing], [and the bank still takes theirs|I've started to dread it].",
                ),
                Pool(
                    "[you're owed thousands|the rent's not coming in] and the mortgage [still has to be paid|doesn't stop]",
                    "they're living there [for free|] at your expense",
                    "you open the account every month with your heart in your mouth",
                ),
            ),
            Pain(
                Pool(
                    "[The court|The eviction] took [eleven|nine] months, [I did it all myself|on my own], [it made me ill|I'd not wish it on anyone].",
                    "[I'm frightened of them|It's got threatening], [I won't go round there|they've been to my house], [the police said it's civil|nobody helps].",
                ),
                Pool(
                    "you [went|'ve been] through all that [alone|with nobody beside you], and it took its toll",
                    "you don't feel safe [dealing with them|going near the place]",
                    "you need somebody [standing between|] you and [that tenant|the next one]",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[I manage it myself|I've always done it myself], [three places|twelve years], [and I'm tired|I want my evenings back].",
            "[I'm self-managing|I do it all], [but I've a full-time job|it's got too much].",
        ),
        (
            Pain(
                Pool(
                    "[They ring|The phone goes] at [eleven at night|six on Christmas morning] because [the toilet's blocked|a bulb's gone], [I never switch off|my {partner}'s had enough].",
                    "[I spent|We lost] [our whole holiday|my daughter's birthday] on the phone to [a plumber|tenants], [never again|that was it].",
                ),
                Pool(
                    "you're [never off duty|on call day and night]",
                    "it's [taken over your evenings|eaten into family time], [birthdays and all|even on holiday]",
                    "that phone owns you",
                ),
            ),
            Pain(
                Pool(
                    "[I can't get|You can't get] [trades|a plumber|anyone] for [love nor money|a small job], and [they rip me off|it's eighty quid to look at a tap].",
                    "[I don't trust|I've been had by] [the tradesmen|the last two builders], [paid up front, never saw them|had to do it twice].",
                ),
                Pool(
                    "[finding someone honest to fix things|getting trades you can trust] is [half the battle|what's grinding you down]",
                    "you're [being taken for a ride|paying over the odds] every time something breaks",
                    "you've no one reliable to send when something goes",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[We're going abroad|I've been posted] to [Dubai|Germany|Canada|Cyprus], [two years|for work], so [we'd let it|we don't want to sell].",
            "[We're leaving in {month}|We emigrate in {month}], [keeping the {home} just in case|as a base].",
        ),
        (
            Pain(
                Pool(
                    "[It's our home|We did every inch of it], [all our memories|I painted that nursery], [I can't bear the thought of strangers wrecking it|it makes me feel ill].",
                    "[I'm worried|What I worry about is] who'd [look after it|keep an eye on it] when [I'm eight hours ahead|I can't just pop round].",
                ),
                Pool(
                    "[it's your home|it isn't just bricks] and you're handing it to [strangers|people you've never met]",
                    "you need [eyes on it|somebody checking] when you're [the other side of the world|too far to pop in]",
                    "the worry is coming back to find it wrecked",
                ),
            ),
            Pain(
                Pool(
                    "[We fly|We go] in [four|three] weeks and [nothing's sorted|we've nobody in], [the lender hasn't even said yes|my head's spinning].",
                    "[It's the timing|I've got visas, packing, school], and [this on top|I can't do viewings as well], [something will slip|I'm drowning].",
                ),
                Pool(
                    "you're [out of time|flying in weeks] and [there's nobody lined up|nothing's in place]",
                    "there's [too much on your plate|far too much happening at once] to do this [as well|too]",
                    "the date's fixed and the tenant isn't",
                ),
            ),
        ),
    ),
    Scenario(
        Pool(
            "[I'm with another agent|I've got an agent], [they're hopeless|I'm not happy], [so I'm looking round|contract's up in {month}].",
            "[I want to switch|I'm thinking of leaving my agent], [twelve percent for nothing|they've had three managers this year].",
        ),
        (
            Pain(
                Pool(
                    "[I only found out|They never told me] about [a leak|the damp] [when the ceiling came down|six months later], [it cost me four grand|I was furious].",
                    "[They're meant to inspect|They charge for inspections], [and nobody's been|they've not set foot in it since {past}].",
                ),
                Pool(
                    "you're paying for [eyes on the place|inspections] and [getting none|nobody's going]",
                    "you're the last to know [when something goes wrong|] with your own property",
                    "a small leak turned into a huge bill because no one [looked|rang you]",
                ),
            ),
            Pain(
                Pool(
                    "The rent [comes late|never comes when they say], [and there's always a deduction|forty quid for this, sixty for that], [I can't plan|I can't make sense of it].",
                    "[Every statement|Each month] there's a [charge|fee] I don't [understand|recognise], and [nobody explains|they say it's in the contract].",
                ),
                Pool(
                    "you never know [what's coming in|how much you'll get] or when",
                    "they keep [nibbling away at|taking bits off] the rent [and nobody says what for|without asking]",
                    "it's the surprise charges that have [lost your trust|done it]",
                ),
            ),
        ),
    ),
)

# People with no problem at all.
PLAIN = {
    "seller-leads": Pool(
        "[Just curious|I was only being nosy|No big reason], [really|to be honest], [one went up for sale on our road|I like to know where I stand|it's for the insurance].",
        "[We might move|We're thinking of moving] [next year|in a couple of years|one day], [nothing's pushing us|we're happy where we are|just fancy a change].",
        "[We've|I've] [always wanted|fancied] [to be by the sea|a place in the country], [so we thought let's see|nothing more than that].",
    ),
    "buyer-leads": Pool(
        "[Just looking|We're only browsing], [really|for now], [we like the street|my {partner} saw it|we fancy a change].",
        "[We're happy where we are|No rush at all|Nothing's wrong with ours], [but that one caught my eye|but you never know].",
        "[It's an investment|I'm looking for an investment], [I've got two already|something to do up], [nothing urgent|if the numbers work].",
    ),
    "landlord-leads": Pool(
        "[I'm thinking of buying one|I've just bought it] to let, [as an investment|for the long term], [so I'm getting ideas|just planning].",
        "[Just checking|I check every year], [really|] [what it'd rent for|that I'm in line], [all fine otherwise|tenant's happy].",
        "[My accountant|My {partner}] said [to get a figure|to ask], [that's all it is|nothing wrong].",
    ),
}
SCENARIOS = {"seller-leads": SELLER, "buyer-leads": BUYER, "landlord-leads": LANDLORD}

# The problem comes with a remark before it, now and then.
LEAD_IN = Pool(
    "[Well|So|Yeah|I mean|To be honest|Honestly|The thing is|Look|Er|Um], ",
    "",
    "",
)
TAIL = Pool(
    "[Sorry|Anyway], [I'm rambling|you didn't ask for my life story|I do go on].",
    "[So|And] [there you are|that's the story|you can imagine].",
    "[I didn't think it'd come to this|You never think it'll be you|It wasn't meant to be like this], [but here we are|you know|honestly].",
    "My [sister|mate at work|neighbour|mum] [said|kept saying] to [ring somebody|get some help with it|just start], [so I filled that thing in|so here I am|and she's right].",
    "[I've been meaning to sort it for months|We should've sorted it ages ago|I kept thinking next month], [and you put it off|life gets in the way|that's me].",
    "[I don't know what you can do|Maybe you can help, maybe you can't|I'm not expecting miracles], [but I thought I'd ask|but there it is|to be fair].",
)
LEAD_IN_PAIN = Pool(
    "[And|But|Only] ",
    "[I'll be honest with you|Can I be frank|You know what it is|Between you and me], ",
    "",
    "",
    "",
)
