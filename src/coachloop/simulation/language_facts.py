"""Closed questions for the form, each with what customers answer."""

from coachloop.simulation.grammar import Pool

SELL, BUY, LET = "seller-leads", "buyer-leads", "landlord-leads"
type Fact = tuple[Pool, Pool]

FACTS_ANY: tuple[Fact, ...] = (
    (
        Pool("[And|So|] [what's|can you give me|remind me of] the [house number|full address|number]?", "What's the postcode [there|for that|on it]?"),
        Pool("[It's|Er, it's|Hang on, it's] [number|] [4|11|17|23|38|52|60a] {street}[, I can never remember the postcode|, top of the hill|].", "[Don't you have that|I put that on the form], number [9|14|26|31|45]."),
    ),
    (
        Pool("[And|] is [this|that] the best number [to get you on|for you|to keep]?", "[Is it|And is it] okay to [text|email] you [as well|too|]?"),
        Pool("[Yeah|Yes], [that's fine|this one's best|evenings are better].", "[Email's better, I'm always in meetings|Yep|Text is easier]."),
    ),
    (
        Pool("[And|] is there [anyone else|somebody else] [involved|on the paperwork|who needs to be in on this]?", "[Is it just you|So what, is it just the two of you] [on the paperwork|making the decision]?"),
        Pool("[My {partner} too|Me and my {partner}|My sister has a say as well][, unfortunately|, but that won't be a problem|].", "[No, just me|Both of us|It's in joint names]."),
    ),
    (
        Pool("[How soon|When], roughly, [this year|before Christmas|in the next three months or so]?", "[And when would it be|And is that], [by {month}|before {month}], or [later|no particular date]?"),
        Pool("[Yeah, this year|By {month} if we can|Sooner the better|No great rush].", "[Depends how it goes|We'd like {month}|There's no set date|Before {month}, really]."),
    ),
    (
        Pool("[Would you say you're|And are you] in a [hurry|rush], or [not really|no particular rush]?", "Is [it|this] urgent[ for you|], [would you say|or can it wait]?"),
        Pool("[Not desperate|Fairly|Depends|A bit, yeah], [if I'm honest|but it can't go on for ever|we'll see].", "[Yes and no|Quite urgent|I'd like it done]. [You know how it is.|]"),
    ),
    (
        Pool("[Can I just check|And] [the spelling of|how you spell] [your surname|the surname]?", "Is that [your surname|{csur}] with [one|two] [of those|letters at the end]?"),
        Pool("[It's how it sounds|As it's on the form|The usual way].", "[Everybody gets it wrong|People always ask]. [It's {csur}.|As it sounds.]"),
    ),
    (
        Pool("[How did you hear about us|And where did you find us], [the website|online], [was it|or a board]?", "[Did you see|Was it] [one of our boards|us online|an advert]?"),
        Pool("[Online|The website|Google|A board on the corner|My neighbour used you].", "[I don't remember|I just searched|You came up first]."),
    ),
)  # fmt: skip

_BEDROOMS: Fact = (
    Pool("[And|So|] how many [bedrooms|beds] [is it|has it got|are there]?", "[It's|Is it] a {beds}-bed, [is it|yeah|or have I got that wrong]?"),
    Pool("{beds}[, and a box room|, plus a loft room|, one's tiny|].", "[It's got|There's|There are] {beds}, [and one bathroom|one's used as an office|last time I counted]."),
)  # fmt: skip

FACTS: dict[str, tuple[Fact, ...]] = {
    SELL: (
        _BEDROOMS,
        (Pool("Is it freehold or leasehold[, do you know|]?", "Do you [know|happen to know] [if it's leasehold|whether it's freehold]?"), Pool("[Freehold|Leasehold, ninety-odd years|Freehold, I think|I'd have to check].", "[No idea|Not sure], [my {partner} would know|it'll be in the paperwork].")),
        (Pool("[Have you had|Has there been] [anyone|anybody|another agent] round [to value it|already|yet]?", "Has it been [valued|looked at] [already|by anybody|recently]?"), Pool("[No|Not yet|You're the first]. [One's meant to be coming on {day}.|]", "[We had one|There was one bloke], [he didn't impress me|he came in low|he never sent the letter].")),
        (Pool("Are you on the market with [anyone|anybody] [else|] [at the moment|now]?", "[Has it been|Is it] [listed|advertised] [anywhere|with anyone] [yet|]?"), Pool("[No|Not yet|Not any more], [just thinking|we came off in {past}|you're the first call].", "[Not at the moment|We were, with an online lot|No, nothing signed].")),
        (Pool("[And|] [is there|have you got] a garden [with it|]?", "[Any|Is there any] outside space?"), Pool("[Yeah|Yes], [a small one|out the back|south-facing|it needs doing].", "[A yard|Just a patio|A big one, too big|It's shared].")),
        (Pool("[Is there|Have you got] [any|] parking [with it|]?", "[And|] is there a [garage|drive]?"), Pool("[On the street|A drive for two cars|Permit|One space].", "[There is|Yeah], [a garage full of junk|round the side|off the lane].")),
        (Pool("[Has it had|Have you done] any [work|updating] [done|] [lately|in the last few years]?", "[Is the kitchen|Is the bathroom] [original|new|quite recent]?"), Pool("[New boiler in {past}|We did the bathroom|It's about ten years old|It could do with a refresh].", "[Not really|Bits and pieces], [it's tidy though|nothing major|paint mostly].")),
        (Pool("[Is there|Have you still got] a mortgage on it?", "Can you tell me whether [there's a mortgage|it's mortgaged]?"), Pool("[There is, yeah|A small one|No, it's paid off|About ninety left].", "[Yes|Yeah], [fixed for now|it's up for renewal|not much though].")),
        (Pool("Have you [found|got] somewhere to [go|move] to [yet|]?", "[And|] are you [buying|looking for another one] as well?"), Pool("[Not yet|We've seen one|No, that's the next thing|We'd rent for a bit].", "[Sort of|No|Haven't looked], [one step at a time|it depends on this|we'll see].")),
        (Pool("[And|] [would there be|is there] a chain?", "[So there'd be|Would there be] a chain behind you[, would there|]?"), Pool("[No chain|There would be|Only us, I think|No, none].", "[I suppose so|Not from our end|Short one].")),
    ),
    BUY: (
        (Pool("[And|So|] how many bedrooms [do you need|are you after|would you want]?", "[It's|Is it] a {beds}-bed you [need|want], [is it|yeah|or more]?"), Pool("{beds}[, ideally|, at least|, one can be tiny|].", "[We could live with|Minimum] {beds}, [one for an office|if there's space to extend].")),
        (Pool("Have you [got|sorted] a mortgage [in principle|agreed|offer] [yet|]?", "[Is the mortgage|Is your mortgage] [agreed|sorted|in place] [yet|]?"), Pool("[Yeah, we've got one|Not yet|It ran out in {past}|We've an appointment on {day}].", "[My {partner}'s dealing with that|The bank said yes in principle|Only the online thing].")),
        (Pool("[Have you spoken to|Are you seeing] a [broker|lender|bank] [already|yet|]?", "[Have you got|Do you have] a [broker|solicitor] [lined up|]?"), Pool("[My bank|A friend of my dad's|Not yet|I rang one and he never called].", "[Yes|No|Should I], [we've used the same one before|I wouldn't know who|it's on the list].")),
        (Pool("[Have you got|Is there] [anything to sell|a place to sell|a house to sell] first?", "[Do you have|Is there] [one to sell|a sale to go through] as well?"), Pool("[No|Nothing to sell|It's under offer]. [So no chain.|]", "[Ours is on now|It's sold, subject to contract|No, we're free to go].")),
        (Pool("Are you [renting|in rented] [at the moment|now]?", "[Is it|And is it] rented, where you are [now|]?"), Pool("[We are, yeah|No, with my mum|Sort of, it's a friend's place].", "[Renting, yes|Yeah], [two months' notice|month to month|till {month}].")),
        (Pool("[Is it|Does it have to be] {town}, or would you [look further out|look at {town2}|go as far as {town2}]?", "[Would you|Could you] look at {town2} [as well|at all]?"), Pool("[{town} really|{town2} at a push|Anywhere on the train line].", "[If I have to|Not {town2}, no|Ten minutes out is fine].")),
        (Pool("[Do you need|Would you want] [a garden|some outside space]?", "Is a garden [a must|important]?"), Pool("[Yes, for the dog|It's a must|A balcony would do|Nice to have].", "[Not fussed|Ideally|Small is fine].")),
        (Pool("[Do you need|Would you want] parking?", "Is parking [a must|important], [or is the street okay|]?"), Pool("[For one car|We don't drive, so the bus matters more|Yes, two if there is].", "[Street's fine|Not really|A drive would be lovely].")),
        (Pool("[Have you seen|How many have you seen,] [many|a lot] [yet|so far]?", "Have you [viewed|been round] anything [you liked|] yet?"), Pool("[Five or six|Loads|Just the one|A couple], [nothing quite right|they went before I could blink|all too small].", "[Not a single one|None yet], [they're gone so fast|it's been busy].")),
        (Pool("[Did you|Have you] put [any offers|an offer] in [yet|anywhere|]?", "[Have you offered|Did you offer] on [anything|any of them]?"), Pool("[We did, on one|One, it got beaten|Twice, actually].", "[No|Not yet|Nearly], [we got cold feet|nothing worth it|I wouldn't know how].")),
    ),
    LET: (
        _BEDROOMS,
        (Pool("[Is it|Do you let it|Would it be] furnished or unfurnished?", "[Does|And does] [the furniture|anything] stay?"), Pool("[Part furnished|Unfurnished|I'd leave the white goods|Whatever lets faster].", "[The sofa can stay|Empty|Just the cooker].")),
        (Pool("[Have you got|Is there] [a valid gas certificate|an EPC|an electrical certificate] [for it|]?", "[And|] the [gas safety|electrics] certificate, [is that|that's] in date?"), Pool("[I think so|Somewhere|It ran out in {past}|The last agent had it].", "[Yes, done in {past}|No|I'd need to check].")),
        (Pool("[And|] when [does it come|is it] [free|available|empty]?", "[Is it|And is it] [free|available] [now|straight away]?"), Pool("[End of {month}|It's free now|The first of {month}].", "[From {month}|Once it's painted|Any day].")),
        (Pool("Is there [anyone|a tenant] [in there|living there] [now|at the moment]?", "[Has it got|Have you got] [anyone|people|tenants] in [at the moment|right now]?"), Pool("[No, it's been empty since {past}|Yes, till {month}|Not right now].", "[It's empty|Somebody's in there for a bit|Yes, they go in {month}].")),
        (Pool("Do you [own|have] [any others|other properties|just the one]?", "Is [it|this] your only [one|rental]?"), Pool("[Just the one|Two others|That's the only one], [never meant to be a landlord|for my sins|and that's plenty].", "[Only this|One more in {town2}|Three, all told].")),
        (Pool("[Is there|Have you got] a mortgage on it, [a buy-to-let one|do you know|]?", "[Does|And does] the lender know [it's let|you're letting it]?"), Pool("[Yeah|There is], [buy-to-let|interest only|and it's gone up].", "[No mortgage|I'll need to check that|They do, yes].")),
        (Pool("Are [pets|dogs|cats] [okay|allowed] [with you|there]?", "[Would you|Do you] take [pets|a dog]?"), Pool("[I don't mind|Depends on the dog|I'd rather not|Fine by me].", "[A cat's okay|If they pay a bit more|The lease says no].")),
        (Pool("[Are you|And are you] [insured|covered] [as a landlord|for landlord's liability]?", "Is there landlord's insurance [on it|in place]?"), Pool("[Yeah, through the bank|I think it lapsed|I'd have to look].", "[Should there be|There is|Just the normal house one].")),
    ),
}  # fmt: skip
