"""Finding out: open and closed questions, reflecting a problem, and what is behind a figure."""

from coachloop.simulation.grammar import Pool

SELL, BUY, LET = "seller-leads", "buyer-leads", "landlord-leads"

# Open questions that lead to the customer's story.
OPEN_STORY = {
    SELL: Pool(
        "[So, |And |]what's [prompted|behind|brought on] the [move|idea of selling|thought of moving]?",
        "[Tell me|Can you tell me] [a bit|a little|more] about [why you're moving|what's going on|your situation].",
        "[Talk|Walk] me through [what's happening|how you got here|where you are with it all].",
        "[I'm curious|I'd love to know|I'm interested to hear] what [got you thinking about selling|set this off|made you go on the website].",
        "What's [changed|going on] [for you|at home|lately] that [has you looking|makes now the time|you're thinking of selling]?",
        "How come you're [selling|thinking of selling|looking to move] [now|just now|this year]?",
        "[So|Right], what's the story [there|with the {home}|behind it]?",
    ),
    BUY: Pool(
        "[So, |And |]what's [prompted|behind|brought on] the [move|search]?",
        "[Tell me|Can you tell me] [a bit|a little|more] about [what you're looking for and why|your situation|what's made you start looking].",
        "[Talk|Walk] me through [where you are with it|how the search has been|what's happening].",
        "[I'm curious|I'd love to know|I'm interested to hear] what [got you looking|set this off|drew you to {street}].",
        "What's [changed|going on] [for you|at home|lately] that [has you looking|makes now the time]?",
        "How come you're [moving|looking] [now|just now|this year]?",
        "[So|Right], what's the story [there|with the move|behind it]?",
    ),
    LET: Pool(
        "[So, |And |]what's [prompted|behind|brought on] [the enquiry|letting it out|the change]?",
        "[Tell me|Can you tell me] [a bit|a little|more] about [how things stand with it|your situation|the place and how you came to let it].",
        "[Talk|Walk] me through [what's happening with it|how it's been so far|where you are with it].",
        "[I'm curious|I'd love to know|I'm interested to hear] what [got you thinking about an agent|set this off|made you get in touch].",
        "What's [changed|going on] [with the place|for you|lately] that [has you looking|makes now the time]?",
        "How come you're [looking at letting|after some help with it|looking] [now|just now|this year]?",
        "[So|Right], what's the story [there|with the {home}|behind it]?",
    ),
}
CLOSED_STORY = {
    SELL: Pool(
        "[So|And] you're [looking to sell|thinking of selling|moving], [are you|is that right|yeah]?",
        "[So|Okay], [is it|it's] [definitely|] for sale, or [just a thought|are you only looking]?",
        "Is this [for now|because you're moving|a this-year thing], [or just looking|or what]?",
        "Are you [serious about selling|on the market yet|selling up, then]?",
    ),
    BUY: Pool(
        "[So|And] you're [looking to buy|hoping to move|moving], [are you|is that right|yeah]?",
        "[So|Okay], are you [ready to buy|in a position to buy|still looking], or [is it just a browse|have you stopped]?",
        "Is this [to live in|for yourselves], [or to rent out|or an investment|yeah]?",
        "[Are you|Is it that you're] [renting at the moment|living locally now|in a place already]?",
    ),
    LET: Pool(
        "[So|And] you're [looking to let it|wanting to rent it out|after an agent], [are you|is that right|yeah]?",
        "[So|Okay], is it [let already|empty|occupied] [at the moment|now]?",
        "[Have you|Is it that you've] let it [before|out before], or [is this the first time|no]?",
        "Do you want it [managed|fully managed|looked after], or [just a tenant found|let only]?",
    ),
}
# Later open questions and what customers say to them.
OPEN_AIM = (
    (
        Pool(
            "[And what|What] would [a good|the ideal|the best] [outcome|result] look like [for you|from your side]?",
            "If [it all went|this went] [perfectly|your way|to plan], [what would happen|how would that look|where would you be by {month}]?",
            "What's [most important|the priority|the main thing] [to you|for you both|] in all this?",
            "[Paint|Give] me a picture of [how you'd like this to go|where you want to be by {month}].",
        ),
        Pool(
            "[Just|Honestly,|Oh,] [to be done by {month}|no drama|for it to be over|somebody sensible who rings back].",
            "[I suppose|Well|Um,] [a fair price and no messing about|knowing where we stand|being settled before {month}], [really|that's it|you know].",
            "[Speed, really|Not being mucked about|That it's done properly]. [My {partner}'d say the money.|]",
            "[I'd|We'd] [like to|want to] [feel like we weren't rushed|know it's in hand|be able to plan something].",
        ),
    ),
    (
        Pool(
            "How [have you found|has it been|are you finding] [it|things|the whole thing] so far?",
            "What's been the [hardest|worst|trickiest] [bit|part] [of it|up to now|]?",
            "How do you feel about [all of it|the whole thing|it at this point]?",
        ),
        Pool(
            "[Slow|Confusing|Stressful|A bit of a maze], [to be honest|if I'm honest|really]. [Everybody says something different.|Nobody rings you back.|]",
            "[Waiting|The waiting|Not knowing], [it's the not knowing|that gets to me]. [You do your best, don't you.|]",
            "[Mixed|It's tiring|Up and down]. [I thought it'd be simpler.|You spend half your life on hold.|]",
        ),
    ),
    (
        Pool(
            "What [have you tried|else have you looked at] [so far|up to now|before this]?",
            "[Tell me|Talk me through] what you've [done|tried] [so far|up to now].",
        ),
        Pool(
            "[Well|Um], we [looked at|rang] [a couple of places|one other firm|an online lot], [but it fizzled out|but they were useless|and that was that].",
            "[Not much|Bits and bobs|The usual]. [We had a chat with someone in {past} and never heard again.|My {partner} made a spreadsheet.|]",
        ),
    ),
    (
        Pool(
            "What [worries|concerns|bothers] you [most|the most] about [doing this|the next bit|it]?",
            "What would [stop|hold] you [back|from going ahead]?",
        ),
        Pool(
            "[Getting it wrong|Timing it all|Being messed about], [I suppose|probably|if I'm honest].",
            "[The cost|Picking the wrong people|It dragging on], [mainly|if I had to say].",
        ),
    ),
    (
        Pool(
            "How would [that|it] [change things] [day to day|at home|for the family]?",
            "What would [getting this done|having it sorted] [mean|do] for you?",
        ),
        Pool(
            "[It'd|It would] [make a massive difference|be a weight off|mean we could breathe], [honestly|I think|to be fair].",
            "[I'd sleep|We'd have our weekends back|I could stop thinking about it], [for one thing|I suppose].",
        ),
    ),
    (
        Pool(
            "[And what|What] happens [after that|once it's done|next], [what's the plan|where do you go from there]?",
            "What's the plan [once it's done|from there|for afterwards]?",
        ),
        Pool(
            "[We haven't got|There isn't really] a plan [yet|as such], [that's half the problem|one thing at a time|we keep going round in circles].",
            "[Start again|Get settled|A holiday], [I hope|if there's any money left|please God].",
        ),
    ),
)
# About the place itself.
OPEN_PLACE = {
    SELL: (
        Pool(
            "[Tell me about|Describe] the {home} [itself|for me|a bit], [what's it like|what would I see walking in]?",
            "What do you [love|like] [most|best] about [living there|that part of {town}|the {home}]?",
        ),
        Pool(
            "[It's|Oh, it's] a [lovely|decent|bit of a tired|solid] {home}, [good light|big windows|needs a new kitchen], [quiet road|good neighbours|ten minutes from the station].",
            "The [view|garden|light in the front room|size of the kitchen], [that's what sold it to us|I never get tired of it|that's the best thing about it].",
        ),
    ),
    BUY: (
        Pool(
            "[Tell me about|Describe] the [place|home] you [picture|have in your head|want], [what's it like|what's in it]?",
            "What [do you like about|caught your eye about|drew you to] [the one on {street}|that one|{town}]?",
        ),
        Pool(
            "[Somewhere light|Nothing fancy|A proper kitchen|A bit of character], [a garden for the kids|close to the shops|and no work to do], [that's the dream|you know].",
            "[The windows|The garden|The road|It being quiet], [and it's near my mum|I could just see us in it|it looked loved].",
        ),
    ),
    LET: (
        Pool(
            "[Tell me about|Describe] the {home} [itself|for me|a bit], [what would a tenant see|what's it like]?",
            "What [sort of tenant|kind of people] [would you want|do you see] in there?",
        ),
        Pool(
            "[It's|Oh, it's] a [tidy|decent|bit of a tired|solid] {home}, [good light|new carpets|needs a new kitchen], [ten minutes from the station|near the hospital].",
            "[Someone steady|People who'll treat it as theirs|Quiet, working], [I'd take less for the right person|nobody who'll wreck it].",
        ),
    ),
}

ACK = Pool(
    "[Okay|Right|Yeah].",
    "[Lovely|Great|Perfect|Brilliant].",
    "[Got it|Sure|Mm-hm|No worries].",
    "[Smashing|Fab|Right then|Super].",
    "[Ah, okay|All right|Yeah, okay|Oh right].",
    "[Okay|Right], [thanks for that|good stuff|makes sense|thank you].",
    "[Noted|Gotcha|Good, good|Fine].",
    "",
    "",
)

# Giving the problem back. {echo} is the problem in the second person.
MIRROR = Pool(
    "[So|Okay, so|Right, so] [it sounds like|what I'm hearing is|what you're saying is] {echo}.",
    "[It sounds like|Sounds like] {echo}[, is that right|, have I got that right|].",
    "So [just to make sure I understand|if I understand you right|let me make sure I've got this], {echo}[, is that right|]?",
    "So {echo}[, is that right|, yeah|].",
    "[So|Right, so] [what I'm hearing is|what you're telling me is|what you're saying is] {echo}[, have I got that right|, is that fair|, yeah|]?",
    "[So it sounds|It sounds|Sounds] like {echo}.",
    "[So it sounds|It sounds|Sounds] [to me|] like {echo}[, is that about it|, and that's wearing you down|, which can't be easy].",
    "[Right|Okay|Okay, right], so {echo}.",
    "So {echo}[. That's the bit that's really biting|. That's the nub of it|, and that's what's behind this|, is that it]?",
    "{echo}[, then|] [- that's a lot to carry|- no wonder you want it sorted|- I can see why you rang].",
    "If I've [understood|got this right|followed you], {echo}[, yeah|, is that right|].",
    "Let me [just check I've got it|play that back|make sure I've heard that]: {echo}[?|, yes?]",
    "[Just so I'm with you|To make sure I've understood|In other words], {echo}[?|.]",
    "[Gosh|Okay|Hm|Blimey], {echo}[. And that's been going on a while by the sound of it|. That's no small thing|]. ",
    "[You said|You mentioned] {echo}, [and I want to come back to that because it matters|so that's what we've got to fix|that's really the heart of it, isn't it].",
    usual=4,
)
MIRROR_LATER_FIRST = Pool(
    "[Right|Mm|Okay|Oh|Gosh].",
    "[Oh no|Oh dear|I see|Right, okay].",
    "[How long's that been going on|Since when|Really|Is it that bad]?",
)
MIRROR_LATER_REPLY = Pool(
    "[Yeah|Yes|Mm], [it is what it is|that's it|it's been months|since {month}].",
    "[I know|Yeah], [I try not to think about it|so there you go|that's where we are].",
    "[It's not been fun|Long enough|Too long|Honestly].",
)  # fmt: skip
MIRRORED = Pool(
    "[Exactly|That's it|Yeah, exactly|Yes, that's it exactly|Pretty much|You've got it|Spot on]. [It's draining.|Nobody's put it like that.|]",
    "[Yes|Yeah], [that's right|that's about the size of it|in a nutshell|that's the problem].",
    "[Mm, yeah|Yeah], [it's been hard|and it's not getting better|and I'm sick of it|I just want it done].",
)
MIRROR_MISSED = Pool(
    "[Right|Okay|Sure|Mm-hm|Yeah], [no problem|lovely|got it|not to worry|okay].",
    "[Oh|Aw], [I'm sorry to hear that|sorry about that|that's a shame|bless you].",
    "[Yeah|Mm], we [get|hear|see] that [a lot|all the time|quite often].",
    "[Don't worry|Not a problem], we [deal with|sort] [that kind of thing|those] [all the time|every day].",
    "[I hear you|I understand|I understand, I do|Totally get it|Fair enough].",
    "[Okay|Right], [I'll make a note of that|let me type that in|I'll put that down].",
    "[Well|Ah well], [everyone's in the same boat|it is what it is|these things happen|it'll work out].",
    "[My sister|My mate|Someone I know] had [exactly that|something similar], [nightmare|took her years|anyway].",
)
# What sounds like giving it back, and is not.
MIRROR_ALMOST = Pool(
    "So it sounds like [a lovely {home}|you know the area well|you've got a busy few months|you've thought about it].",
    "[So what you're saying is|So if I've got that right,] it's a {beds}-bed {home} on {street}, [yeah|right|is that correct]?",
    "[It sounds like|Sounds like] [{month} would be the date to aim for|a visit would be the next thing|you just need a number].",
)
MIRROR_WRONG = Pool(
    "So [basically|really] {echo}[, is that it|, yeah]?",
    "[Sounds like|It sounds like] {echo}.",
)
MIRROR_WRONG_REPLY = Pool(
    "[No, not really|Er, no|No], [that's not what I said|I meant the other thing|it's what I just told you], [but anyway|but go on|never mind].",
    "[Well, no|Not exactly], [but carry on|you weren't listening|no].",
)
UNMIRRORED = Pool(
    "[Right|Okay|Yeah|Mm].",
    "[Anyway|Yeah, anyway|So yeah], [that's where we are|that's why I filled it in|that's the long and short of it].",
    "[Yeah|Mm], [it's not easy|what can you do|so].",
)

BUDGET_ASK = {
    SELL: Pool("[Have you got|Do you have|Is there] a [figure|number|price] in [mind|your head]?", "[Are you|Were you] [hoping for|expecting] anything in particular[, price-wise|]?", "[And on price|Price-wise], [any thoughts|have you a number|what were you hoping for]?"),
    BUY: Pool("[Have you got|Do you have|Is there] a [budget|figure|ceiling] [in mind|]?", "[And what's|What's] [your|the] [budget|limit|top figure] [looking like|roughly|]?", "Up to [what sort of|roughly what] [figure|money|price]?"),
    LET: Pool("[Have you got|Do you have|Is there] a rent [in mind|you need]?", "[Are you|Were you] [hoping for|expecting] a particular [rent|figure]?", "[And on the rent|Rent-wise], [any thoughts|have you a number|what were you hoping for]?"),
}  # fmt: skip
BUDGET_NONE = Pool(
    "[No idea|Not a clue|I honestly don't know], [that's your department|that's what I wanted you to tell me|I've not looked].",
    "[We haven't|I haven't] [got that far|thought about it], [no|to be honest|you tell me].",
)
BUDGET = {
    SELL: Pool(
        "[We were|I was] [hoping for|thinking|looking at] [somewhere around|about|around|something like] {price}.",
        "[Next door|Number twelve|The one opposite] [went for|sold for|got] {price}, so [I'd want at least that|something like that|that's what I'm thinking].",
        "I [wouldn't|couldn't] [let it go|take it|sell] for [less than|under] {price}.",
        "[To be fair|Honestly|Well], we [need|want] {price} [out of it|to make it work|for it].",
        "{price}'s [the number in my head|what we've got in mind|what the website said].",
        "My {partner} [thinks|reckons|says] {price}, [I'm not so sure|I'd be happy with that|].",
    ),
    BUY: Pool(
        "[We can|I can] [go|stretch] to [about|around|maybe|] {price}[, absolute tops|, if it's right|].",
        "[Our|My] budget's [about|around|] {price}.",
        "[Nothing|Not a penny] [over|above] {price}, [that's the ceiling|that's all the bank will give us|].",
        "[We've got|There's] {price} [all in|including fees|to play with|with the deposit].",
        "[Up to|Somewhere up to] {price}, [I'd say|ideally less|].",
    ),
    LET: Pool(
        "[I'd want|I'm looking for|I was hoping for|I need] [about|around|at least|] {price}.",
        "[The last|My last] [tenants|lot] paid {price}, so [at least that|I'd want more now|that's my starting point].",
        "[Anything under|Less than] {price} [and it's not worth it|doesn't cover it|wouldn't work].",
        "{price}[, I think|, ideally|]. [That's what the calculator came up with.|]",
    ),
}
WHY = Pool(
    "[Can I ask why|Why|And why|May I ask why] [that figure|that number|that amount|{price_again}]?",
    "[And|So|Okay,] what makes [you say|it] {price_again}?",
    "[And|Okay,] how did you [arrive at|come to|come up with|get to] [that figure|that number|{price_again}]?",
    "[And|Okay,] why is [that|{price_again}] [important to you|the number|the figure]?",
    "[Can I ask|Do you mind me asking|Mind if I ask], why {price_again}[ in particular|]?",
    "[And|So|Okay,] what makes [it|you say|that] {price_again}?",
    "[And|Okay,|Right,] how did you [arrive at|land on|get to|come up with|settle on] {price_again}?",
    "[And|Okay,] where [does|did] that [number|figure] come from?",
    "[Okay, and|And] what's [that|the figure|that number] based on?",
    "What's [driving|behind] [that figure|that number|the {price_again}]?",
    "[So|And] {price_again} because...?",
    "Is there a [reason|particular reason] [it's|for] {price_again}?",
    "What would {price_again} [let you do|mean for you|give you]?",
    "Help me understand the {price_again}[, what's it got to cover|, what sits behind it|].",
    "[Okay, {price_again}|{price_again}, right], [what's that got to cover|what's riding on that number|why that one]?",
    "Why [is that the number|that figure|{price_again} and not a bit either side]?",
    usual=4,
)
WHY_ANSWER = {
    SELL: Pool(
        "[It's|Well, it's|Because it's] what we'd need to [clear the mortgage|buy the next place|split it and both start again].",
        "[Because|'Cause] [next door got it|that's what the website says|my brother said so], [and ours is nicer|if I'm honest|I've nothing else to go on].",
        "[We've|I've] put [thirty grand|a lot] into it, [and I want that back|the kitchen alone was twelve].",
        "[The numbers don't work below that|That's the least we can move with], [it's as simple as that|we sat down and did the sums].",
    ),
    BUY: Pool(
        "[Because|'Cause] [that's what the bank will lend|it's four times what I earn|that's the most we can pay a month].",
        "[It's|Well, it's] what [we're paying in rent now, roughly|I worked out on the back of an envelope|my dad's helping with, plus the loan].",
        "[We don't want|I'd rather not] [be stretched|have no holidays for ten years], [so that's the line|you know].",
    ),
    LET: Pool(
        "[Because|'Cause] [that covers the mortgage|it has to pay the loan and the service charge|my rate's gone up].",
        "[It's|Well, it's] what [next door gets|the flat upstairs went for|a friend is charging].",
        "[I worked it out|I did the sums], [anything less and I'm paying for the privilege|it needs to wash its face].",
    ),
}
WHY_MISSED = Pool(
    "[Okay|Right|Lovely], {price_again}, [I'll pop that down|noted|got that|I'll put that in].",
    "[Yeah|Okay], [that's|I'd say that's] [realistic|about right|doable|a sensible figure|a bit punchy|ambitious].",
    "[Right|Okay|Yeah], that's why [it's worth having someone round|we always do a visit first|people come to us].",
    "{price_again}, why not, [we can try it|you don't ask, you don't get|nice round number].",
    "[I'd never ask why|I won't ask why|I'm not going to ask you why], [that's your business|that's up to you|it's your money].",
    "[And would you|Would you] [take less|go a bit higher|be flexible] [if it was quick|for the right one|at all]?",
    "Is that [with or without|including] [the fees|the stamp duty|bills]?",
    "[Okay|Right]. Why don't we [see what the market says|get the numbers in front of you|look at that when we meet]?",
    "[Perfect|Great|Good|Okay, cool].",
    "[Is that|And is that] [a firm figure|fixed|the top of it], or [is there some give|would you move on it]?",
    "[Okay|Mm], [everyone says|a lot of people want] that [these days|at the moment], [we'll see|I can't promise].",
)
WHY_MISSED_REPLY = Pool(
    "[Yeah|Okay|Right|Mm].",
    "[Okay|Yeah], [that's the figure|if you can|well, see what you can do|we'll see].",
    "[Maybe|I don't know|Possibly|I'd have to think].",
)
# Customers who sound like agents, so that who speaks matters.
LIKE_AN_AGENT = (
    (Pool("So what you're saying is [you'd come out first|someone comes and has a look|I don't pay anything today]?", "If I've understood you, [nobody gets charged up front|you'd do the photos as well|it's free to look]?"), Pool("[Yeah|Yes|Exactly], [that's it|that's how it works|nothing to pay for that].", "[Pretty much|That's right], [yeah|no obligation|].")),
    (Pool("Why do you ask?", "[What makes you ask that|How come you need to know]?"), Pool("[Just|Oh, just] for the [form|file|notes][, it won't let me go on without it|].", "It [helps us match you|saves time later|tells me which team], [that's all|]. ")),
    (Pool("What [do you think|would you do], [honestly|in my shoes]?", "How does it [all|] work from here?"), Pool("[I'd|Honestly, I'd] [get it looked at|start soon|see the numbers first].", "[Step by step|We take it a bit at a time], [it's not as bad as it sounds|one of us holds your hand through it].")),
)  # fmt: skip

FOLLOWS = Pool(
    "[Okay|Right|Mm|Yeah]. ",
    "[Okay|Right|Yeah], [makes sense|that's clear|I'm with you|fine|sounds okay].",
    "[Oh|Ah], [I didn't know that|okay|that's good to know].",
)

# What comes next, said before the hard questions come.
EXPLAIN = {
    SELL: Pool(
        "[So|Right, so] [the way it works|how we do it] is [one of our valuers|{valuer}] [comes round|pops over], has a [proper|good] look, [and you get it in writing the next day|and talks you through what's sold nearby].",
        "[So|Okay, so] [normally|what normally happens is] we [measure up|have a walk round], do the photos, and you're [live|on the market] [inside a week|within about five days]. [Does that make sense?|Any questions on that?|]",
        "[The first bit's|First step's] [just|] a visit, [no obligation|nothing to sign], [then you decide|and you take it from there]. [How does that sound so far, okay?|]",
        "[We'd|We would] look at [the road|{street}], the condition, what's come up [near you|in {town}] [in the last six months|this year], [and put a range on it|and give you two figures].",
    ),
    BUY: Pool(
        "[So|Right, so] [the way it works|how we do it] is [I|we] [set up|line up] the [viewing|visit], [meet you there|{valuer} meets you there], [and you take as long as you like|and you can ask anything].",
        "[So|Okay, so] if you like it, [we put your offer in|your offer goes to the owner] [the same day|in writing], [and we chase from there|and I ring you with the answer].",
        "[The first bit's|First step's] [just|] [seeing it|getting inside], [no obligation|nothing to sign]. [Any questions on that?|Does that make sense?|]",
        "[There are|I've] [two|three] [I'd show you|on the books] [in {town}|round there], [the one on {street} being the closest match|one of them {street}].",
    ),
    LET: Pool(
        "[So|Right, so] [the way it works|how we do it] is [one of us|{valuer}] [comes round|pops over], [takes photos|checks what's needed], [and it's advertised the same week|and tells you what it'd rent for].",
        "[So|Okay, so] we [find the tenant|advertise it], [do the checks|reference them], [sort the deposit|do the inventory], [and then collect the rent|and then manage it if you want]. [Any questions on that?|Does that make sense?|]",
        "[The first bit's|First step's] [just|] a visit, [no obligation|nothing to sign], [then you decide|and you take it from there].",
        "[There are|We do] two [levels|ways], [just finding someone|let only] or [the full thing|looking after it all], [most people with one place take the second|it's up to you].",
    ),
}
