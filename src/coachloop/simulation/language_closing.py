"""Prices, objections, next steps and goodbyes."""

from coachloop.simulation.grammar import Pool

SELL, BUY, LET = "seller-leads", "buyer-leads", "landlord-leads"

PRICE_OBJECTION = {
    SELL: Pool(
        "[So|And|Okay, and] what do you [charge|take|cost] [for all that|these days|]?",
        "[So|And] what's your [fee|commission|percentage], [if you don't mind|while I've got you|then]?",
        "[Another agent|The lot on the high street|Your competitors] [quoted me|said] {fee_low}, so [why would I pay more|you'd have to beat that|I don't know].",
        "[And you'll want|I suppose it's] [one and a half|two] percent, [will you|is it]? [That's a lot of money.|That sounds expensive.|]",
        "I've seen [online agents|people] do it for [nine hundred quid|a flat fee|under a thousand], [that's tempting|so|I'll be honest].",
        "[The thing that puts me off is|My worry's] [the cost|what it'll cost|the fees]. [I don't want to pay thousands.|We haven't got thousands.|]",
        "How much [is it going to|will it|does it] cost [me|us] [all in|in the end|]?",
    ),
    BUY: Pool(
        "[The asking price|That one on {street}|It]'s [a bit|way] [over|more than] what [we can spend|I'd want to pay|it's worth], [isn't it|I think|to be honest].",
        "{ask} [for that|for a {beds}-bed round there] [seems|sounds] [a lot|expensive|steep|daft].",
        "[And how much|How much] is [that|the one on {street}|it] [on for|again], [because I think it's over what we said|I forget, it seemed expensive]?",
        "[I've seen|There's] [a bigger one|one in {town2}] for [twenty|thirty] thousand less, so [I don't see it|why would I].",
        "[I don't see|I can't see] how they [get to|can ask] {ask}[, it needs everything doing|, the kitchen's from the seventies|].",
        "[It's|Honestly, it's] the price [that puts us off|I keep coming back to], {ask}'s [a stretch|a big number|more than we've got].",
    ),
    LET: Pool(
        "[So|And|Okay, and] what do you [charge|take|cost] [for that|a month|]?",
        "[Twelve|Ten|Fourteen] percent[, isn't it|]? [That's a month and a half's rent.|That's a lot for collecting a payment.|Seems expensive.]",
        "[My mate|My brother|A friend] [pays|gets it for] {fee_low}, so [that's steep|you'd need to be near that].",
        "[I can|I could] do [it|most of it] myself for [nothing|the price of an advert], [so what am I paying for|really].",
        "[And|So] [what's|what about] the [set-up fee|management fee|tenant find fee], [because they add up|go on, tell me]?",
        "How much [is it going to|will it|does it] cost [me|us] [all in|every month|]?",
    ),
}
PRICE_ACK = Pool(
    "[Fair question|Good question|That's fair|I get that|No, that's fair enough|I'd ask the same|I hear that], ",
    "[Yeah, sure|Of course|Yeah, no, I understand|Okay|Yeah], ",
    "",
)
PRICE_PIVOT = Pool(
    "[Before we talk about|Before I get to|Before I give you] the [price|fee|number|figure], [let me tell you what you get|here's what you get for it]: {value}.",
    "What you [get|get for that|get with us] is this: {value}.",
    "[Let me explain|Let me tell you] what [that includes|you get for it|makes the difference]: {value}.",
    "[Before I give you the figure|Before we get to the number|Let me put that in context|Let me come at that from the other end first]: {value}.",
    "[So what you're getting is this|What that covers is this|So you know what you'd be paying for]: {value}.",
    "[The way I'd look at it is|Put it this way|Think of it like this]: {value}.",
    "{value}.",
    "[Well|So|I'd say|What people tell us is], {value}.",
    usual=3,
)
VALUE = {
    SELL: Pool(
        "[the last four|our last five|the last six] [on your side of town|we sold in {town}] went for [eleven|nine|fourteen] thousand over [asking|the first offer], [that's what the negotiating's worth|because we push]",
        "[we've got|there's] someone who [does nothing but chase|chases] the chain [every day|till it completes], [so nine in ten of ours get there|so far fewer of ours fall through]",
        "you get [proper photos|a photographer], [accompanied viewings|someone at each viewing], [evenings and Saturdays|so you never show a stranger round], [and one person who rings you every Friday|and you've my direct line]",
        "our [buyers are checked|buyers have their money looked at] before they [step inside|see it], [so you're not left with a time-waster|that's what stops it collapsing]",
        "[most of ours|eight in ten] [sell|are under offer] [within a month|inside five weeks], [so you save on the extra mortgage payments|and each month sooner is money you keep]",
        "[a flat-fee firm|an online one] [gets paid|takes the money] whether it sells or not, [we only earn if you do|we don't see a penny unless you move], [so we work for it|so we're on your side of it]",
    ),
    BUY: Pool(
        "[it's got|there's] a [new roof|new boiler|full rewire] [that's|worth] [about|] [fifteen|twelve] thousand you'd [not have to spend|be saving]",
        "[running it comes|the bills there come] to [about|] [half|two-thirds] of what [you'd pay in an older place|yours will be], [it's that well insulated|because of the panels]",
        "[places on|homes on] {street} have [held their value|gone up] [every year|five years running], [so you'd not lose on it|it's as safe as they come]",
        "[you'd be|it puts you] [four minutes from|in walking distance of] the [school|station], so [that's a car you don't need|you get an hour of your day back]",
        "our [broker|mortgage lady] [looks at|goes to] [ninety|sixty] lenders, [and saves people|and she usually finds] [eighty|a hundred and ten] quid a month [over the bank|]",
        "[I can|we can] get [the searches|the legal side] [started|lined up] so you're [in|done] [six|four] weeks [sooner|earlier], [no second lot of rent|which is worth more than it sounds]",
    ),
    LET: Pool(
        "[our empty time|the average gap with us] is [six|nine] days, [where doing it yourself it's about five weeks|so you keep nearly a month's rent you'd otherwise lose]",
        "[we cover|you're covered for] [the rent|twelve months of rent] if they [stop paying|don't pay], [and the legal costs|court and all], [so you're never out|so it's guaranteed money]",
        "[every|each] tenant's [referenced|checked] [by a person, not just a computer|five ways], and [we've had two go bad in three years|that's where the trouble usually starts]",
        "you get [an inspection every quarter with photos|someone through the door every three months], [certificates chased|the legal side kept up to date], [and nobody rings you at midnight|and the calls come to us]",
        "our [plumber and electrician|trades] [are on a fixed rate|don't add a mark-up], [most landlords get the fee back on repairs alone|saved people about four hundred last year]",
        "[we usually get|we've been getting] [seventy|ninety] a month more than [people were asking|they had before], [which is the fee paid for|so it washes its own face]",
    ),
}
NUMBER_AFTER = Pool(
    "[And|So] [the fee for that|what that comes to|the charge]'s {fee}[, no sale no fee|, all in|].",
    "[Then|And then] it's {fee}, [and nothing up front|payable at the end|that's everything].",
    "[On that basis|For all that], {fee}.",
    "",
    "",
)
PIVOT_CLARIFY = Pool(
    "[Compared with what|Expensive next to what], [if you don't mind me asking|just so I know]?",
    "[Is it the total|Is it the fee itself|Is it what it costs] that [worries you|bothers you], or [what you'd get for it|whether it's worth it]?",
)
PIVOT_CLARIFY_REPLY = Pool(
    "[Well, the other lot|I don't know|Just in general|What I paid last time].",
    "[Both, I suppose|What I'd get for it|The total].",
)
PRICE_STRAIGHT = Pool(
    "[It's|We're|Our fee's|That'd be] {fee}[ plus VAT|, and that's standard|, that's the going rate|].",
    "[So|Right, so] {fee}, [that's what it is|that's the price|same for everyone].",
    "{fee}. [Is that okay?|That's about normal.|It is what it is.|]",
)
PRICE_THEN_VALUE = Pool(
    "[It's|We're|That'd be] {fee}, but [you do get|for that] {value}.",
    "{fee}, [which|and I know it] sounds a lot, [although|though] {value}.",
)
PRICE_DISCOUNT = Pool(
    "[I can probably|I could|I might be able to] [get that down|knock that down|do it for less], [say|to] {fee_low}[, just for you|, if you go ahead today|].",
    "[I'll match it|We'd match that], [whatever they've quoted|if you've got it in writing|no problem].",
)
# A buyer's price is the home's, not a fee.
BUY_NUMBER_AFTER = Pool(
    "[So|And] [for that|with all that], {ask} [isn't out of the way|starts to make sense|is about where it should be].",
    "[Then|And then] they're asking {ask}, [and I think there's a little room|which I'd say is fair].",
    "",
    "",
)
BUY_PRICE_STRAIGHT = Pool(
    "[It's on at|They want|They're asking] {ask}[, that's the price|, and they won't move much|, it's the going rate|].",
    "[So|Right, so] {ask}, [that's what it's up for|same as the others on there].",
    "{ask}. [It is what it is.|Prices, eh.|I can't change that.|]",
)
BUY_PRICE_THEN_VALUE = Pool(
    "[It's on at|They want] {ask}, but {value}.",
    "{ask}, [which|and I know it] sounds a lot, [although|though] {value}.",
)
BUY_PRICE_DISCOUNT = Pool(
    "[You could|We could|You can always] [offer|try them at|put in] {ask_low}[, see what they say|, worst they say is no|].",
    "[They might|I could ask if they'd] [come down|take less], [say|to] {ask_low}[, if you're quick|].",
)
PRICE_DODGE = Pool(
    "[Someone|The valuer|My colleague] [will go through|deals with] [all that|the fees], [I don't do that side|I only book the visits].",
    "[It depends|It varies], [I couldn't say|every one's different|I'd have to ask my manager].",
    "[Well,|I mean,] you get what you pay for[, don't you|].",
    "[We're not the cheapest|I know, I know], [everyone says that|sorry|it adds up, doesn't it].",
    "[Yeah|I know], [it is a lot|things are expensive|it's the same everywhere].",
)
PRICE_CALMED = Pool(
    "[Okay|Right|Hm], [that makes sense|I hadn't thought of it like that|that's different then|fair enough].",
    "[Oh|Okay], [I see what you mean|that does help|well, when you put it that way].",
    "[Mm|Okay]. [I'd still want to see it written down.|As long as there's no surprises.|We'll see.|]",
)
PRICE_UNMOVED = Pool(
    "[Hm|Right|Okay]. [That's more than I thought.|I'd have to think about it.|I'll need to talk to my {partner}.|]",
    "[Mm|Yeah], [I thought so|it's what I was afraid of|it's still a lot].",
    "[Okay|Right|Fine].",
)

# Other objections and what agents say to them.
OBJECTION = (
    (
        Pool("[I'd|I'll] [need|have] to [talk|speak] to my {partner} [first|about it].", "[My {partner}'s the one who decides|It's not just up to me], [really|I'm afraid]."),
        Pool("[Of course|Yeah, sure|Makes sense], [you'd want to both be there|we can do it when you're both in|bring them along].", "[Okay|Fine], [have a chat and see|no rush from me|that's up to you]."),
    ),
    (
        Pool("[We've got|There's] [another agent|another firm] [coming|booked in] on {day}.", "[I was going to|I'd like to] [get two or three|see a few] [agents in|people] first."),
        Pool("[Good idea|Sensible|You should], [get a couple of views|it's worth comparing|then you'll know].", "[Oh|Right], [who's that with|okay|they're all right]."),
    ),
    (
        Pool("[We're not|I'm not] in [any|a] [rush|hurry], [it's early days|maybe in the new year|we're only looking].", "[It might not|It may not] be [till|until] {month}, [so I don't want to waste your time|there's no panic]."),
        Pool("[That's fine|No pressure|Okay], [it's useful to know where you stand|plenty of people start early|numbers keep].", "[Okay|Right], [shall I|I'll] [leave it with you|make a note]."),
    ),
    (
        Pool("[I've had|We had] a [bad experience|terrible time] with [agents|your lot|estate agents], [so forgive me|I'm wary|once bitten].", "[How do I know|What's to say] you're [any different|not the same as the rest]?"),
        Pool("[I'm not surprised|You're not the first to say so|Fair], [ask me anything you like|hold me to it|judge us on what we do].", "[Well|Honestly], [we've got good reviews|we try our best|you can look us up]."),
    ),
    (
        Pool("[Can you|Could you] just [email|send] me [something|the details]?", "[Is there something|Have you got a leaflet|Can't you] [I can read|you can send]?"),
        Pool("[I can|Yeah, I will|Course], [I'll send it across after this|it'll be with you in ten minutes].", "[It's all|Most of it's] on the website[, to be honest| too|]."),
    ),
)  # fmt: skip

ASSUME = {
    SELL: Pool(
        "[So shall I|Shall I|Okay, shall I|Can I] [put|book|pop] you [down|in] for {when1} or {when2}?",
        "[So|] I've got {when1} or {when2}, which [works|suits you|is] [better|best] [for you|]?",
        "[So|Right, so] [would|does] {when1} or {when2} [suit you|work|work for you] [better|]?",
        "[So|Right|Okay], [I've got|we've got|{valuer}'s got] {when1} or {when2}[ free|], which [works|is easier|suits you] [better|best|]?",
        "I'll [pop|put|book|pencil] you [in|down] for {when1}, [or would {when2} be easier|unless {when2} suits you better]?",
        "{valuer}, our valuer, is [over your way|in {town}|round the corner from you] on {day}, so [shall we say|let's say|is it] {time1} or {time2}?",
        "[Let's get that|Let's get it|We'll get this] in the diary: {when1} or {when2}?",
        "[What I'll do is|So what happens now is] [I'll send|send] {valuer} round {when1}, and if that's no good [she's also got|there's] {when2}.",
        "[So the next step's|Next thing is] the visit, takes half an hour: [are you better|would you rather] {when1} or {when2}?",
        "[Shall I|I'll] [put|have] you down for {when1}, or is {when2} [kinder on you|better with work|more convenient]?",
        "[Mornings or afternoons|Before work or after]? [I can do|There's] {when1}, [and|or] {when2}.",
        usual=3,
    ),
    BUY: Pool(
        "[So shall I|Shall I|Okay, shall I|Can I] [put|book|pop] you [down|in] for {when1} or {when2}?",
        "[So|] I've got {when1} or {when2} for [the viewing|a viewing], which [works|suits you|is] [better|best] [for you|]?",
        "[So|Right, so] [would|does] {when1} or {when2} [suit you|work|work for you] [better|]?",
        "[So|Right|Okay], [I've got|they can do|there's] {when1} or {when2} [to see it|for the viewing], which [works|is easier|suits you] [better|best|]?",
        "I'll [pop|put|book|pencil] you [in|down] to [see|view] it {when1}, [or would {when2} be easier|unless {when2} suits you better]?",
        "{valuer}'s [showing|got the keys to] it on {day}, so [shall we say|let's say|is it] {time1} or {time2}?",
        "[Let's get you|We'll get you] [round there|inside]: {when1} or {when2}?",
        "[What I'll do is|So what happens now is] I'll hold [you|] a slot {when1}, and if that's no good [they've|there's] {when2}.",
        "[So the next step's|Next thing is] [standing in the kitchen|seeing it]: [are you better|would you rather] {when1} or {when2}?",
        "[Shall I|I'll] [put|have] you down for {when1}, or is {when2} [better with work|more convenient]?",
        "[Just the two of you coming|You and your {partner}]? [I can do|There's] {when1}, [and|or] {when2}.",
        usual=3,
    ),
}
ASSUME[LET] = ASSUME[SELL]
PERMISSION = Pool(
    "[Would you|Do you think you'd] [like|want] to [book|arrange] [a visit|an appointment|something] [at some point|maybe|]?",
    "[Is that|Would that be] something [you'd be interested in|you might want|for you]?",
    "[I don't suppose|Would] you'd be [free|around] [at all next week|sometime soon|any time]?",
    "[Shall we|Do you want us to] [come and have a look|arrange something], or [not really|would you rather leave it]?",
)
WEAK_CLOSE = Pool(
    "[Do you want|Would you like] to have a [think|chat about it] and [call us back|let me know|come back to me]?",
    "[I'll|What I'll do, I'll] [send|email] you [some information|our brochure|a link] and [you can get back to me|we'll take it from there|see what you think].",
    "[Shall I|I could|I'll maybe] give you a [call|ring] [back|] in a [few weeks|couple of weeks|month or so]?",
    "[I'm not going to|I won't] [put|book] you [down|in] for {day} or {day2} or anything, [have a think first|that's up to you|no pressure].",
    "I can send [you|] the [brochure|details] [by email or in the post|by text or email], [whichever|whichever's easier].",
    "[Anyway|Well|So], [you've got our number|you know where we are|it's all on the website], [so whenever you're ready|if you want us].",
    "[Normally|Usually] I'd [offer|say] {when1} or something, but [I can tell you're busy|it sounds like it's early|we're pretty full].",
    "[Right|Okay], [I think that's all I need|that's everything on my form|that's me done], [thanks for that|really helpful|].",
)
TAKES_IT = Pool(
    "[Yeah|Okay|Go on then|Er], {when1} [works|is fine|would do|suits me|'s good].",
    "{when2}[, please|, I think|'d be better|]. [My {partner}'s home then.|I finish early.|]",
    "[Let me look|Hang on]... [yeah|yes], {when1}. [Put me down.|That's fine.|]",
    "[The first one|The second one|The later one|The earlier one], [please|I think|if that's okay].",
)
TAKES_IT_ANYWAY = Pool(
    "[Well|Actually|Do you know what], [could|can] [someone|you] [come|do] {when1}? [I'd like to get on with it.|]",
    "[Yeah, I would|Yes, please|Yeah, go on], [when can you do|what have you got|how soon]?",
    "[No, I'd like to|No, let's do it], [shall we say|can we say] {when1} or is {when2} better [for you|]?",
)
AGREES_TIME = Pool(
    "[Yeah|Yep|Sure], [I can do|let's do|we can do] {when1}, [no problem|that's free|let me put that in].",
    "[Okay|Great|Lovely], {when1} [it is|then]. [I'll text you to confirm.|You'll get an email.|]",
)
CONFIRMS = Pool(
    "[Lovely|Great|Perfect|Brilliant|Smashing], [that's booked|all booked|you're in|done]. [You'll get a text with the details.|I'll send it over now.|{valuer} will ring when she's on her way.|]",
    "[Okay|Right|Perfect], [I've put that in|that's in the diary], [you'll get a confirmation|and if anything changes give us a ring|and have any paperwork handy if you can].",
)
DECLINES = Pool(
    "[No|Not yet|Er, no], [don't put me down for anything|leave it for now|I'm not ready for that].",
    "[I'll|Let me] [think about it|have a think|talk to my {partner}] [and come back to you|and ring you|].",
    "[I don't think so|Not this week|Maybe|We'll see], [send me something|I'll be in touch|it's a lot to take in].",
    "[Can I|Let me] [ring|call] you back? [I need to look at dates.|I'm not sure yet.|]",
)
ACCEPTS_NO = Pool(
    "[Okay|No problem|Of course|Sure|Yeah, no worries], [I'll leave it with you|whenever you're ready|you've got my number|no harm done].",
    "[That's fine|Fair enough|Understood], [I'll drop you an email|I'll make a note to try you later|take your time].",
)
VAGUE_END = Pool(
    "[Okay|Yeah|Right|All right], [thanks|I will|I'll have a look|fine].",
    "[Yeah|Okay], [that'd be good|that's fine|sure], [thanks|thank you].",
)
BYE_AGENT = Pool(
    "[Lovely|Great|Okay|Brilliant|Right then], [thanks [very much|so much|a lot]|thank you] [for your time|], [bye|bye now|take care|speak soon|have a good one|enjoy the rest of your day].",
    "[Cheers|Thank you|Thanks], [{cshort},|] [bye|bye bye|ta-ra|see you|all the best|take care now].",
    "[Nice|Good|Lovely] [talking|speaking] to you[, {cshort}|]. [Bye|Bye now|Take care|Have a nice {daypart}].",
)
BYE_CUSTOMER = Pool(
    "[Thanks|Thank you|Cheers|Ta], [bye|bye now|bye bye|see you].",
    "[Bye|Bye-bye|Okay, bye|All right, bye|You too, bye|Yeah, ta-ra].",
)
