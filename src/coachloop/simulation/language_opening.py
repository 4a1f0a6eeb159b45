"""The first half minute of an outbound call, and calls that end there."""

from coachloop.simulation.grammar import Pool

PICKUP = Pool(
    "[Hello?|Hello.|Hi.|Yes?|Yeah?|Hiya.|Hello, hello?|Yep, hello?]",
    "[Hello|Hi|Morning|Yes, hello], {cfirst} [speaking|here].",
    "[Er, hello?|Hello, yeah?|Hi, who's this?|Hello, who is it?]",
    "[Hang on, hang on|Just a sec|One second]... [right|sorry], [hello?|yes?|yeah, hi.]",
    "[Hello|Hi], {csur}[ residence|], [hello|yes]?",
    "[Good {daypart}|Afternoon, hello|Hello there].",
)

GREET_ASKING_NAME = Pool(
    "[Hi|Hello|Oh, hi|Good {daypart}|Hiya], [is that|am I speaking [to|with]|am I through to|have I got|is this] {cname}?",
    "[Hi there|Hello|Good {daypart}], [could I|can I|I'd like to] [speak to|have a word with] {cname}[, please|]?",
    "[Oh hello|Hi], I'm [after|looking for|trying to get hold of] {cname}[, is that you|, is that yourself|]?",
    "{cname}[, is it|]? [Hello|Hi there|Oh good, hi].",
)
GREET_NAMED = Pool(
    "[Hi|Hello|Hiya|Good {daypart}|Oh, hi] {cname}, [it's|this is|you're speaking to] {agent} [from|at|over at|with] {firm}.",
    "[Hi|Hello], {agent} [here from|from|at] {firm}, [is that {cname}|that's {cname}, isn't it|that's {cname}, yeah]?",
    "[Hello|Good {daypart}], my name's {agent}, I'm [with|from|one of the team at] {firm}. [Is it|That'll be] {cname}[ I've got|]?",
    "{cname}, [hi|hello|good {daypart}], {agent} at {firm}[ here|].",
)
GREET_UNNAMED = Pool(
    "[Hi|Hello|Hiya|Good {daypart}] [there|], [it's|this is|my name's|you're through to] {agent} [from|at|over at|with] {firm}.",
    "[Good {daypart}|Hello|Hi there], [is that|am I speaking to] the [homeowner|owner|person who looks after the property side of things|account holder]?",
    "[Hello|Hi|Hiya], {agent} here[,| from] {firm}, [have I caught you at an okay time|can you hear me all right|is now okay|can you talk]?",
    "[Hi|Hello|Oh hi], is this [the right number for|still the number for] [{street}|the place on {street}|the {home} in {town}]?",
    "[Hello|Hi], [yeah|yes], it's {firm}[, {agent} speaking|, my name's {agent}|].",
)
INTRO = Pool(
    "[It's|This is|My name's|You're speaking to] {agent}[, I'm|] [from|with|calling from|over at] {firm}.",
    "[Great|Lovely|Hi|Perfect|Brilliant], {agent} [here|speaking], [from|at|ringing from] {firm}.",
    "[Hi, hello|Oh good|Hello], [I'm|my name is] {agent}, I [work for|work at|am with] {firm}[ here in {town}|].",
)
# Said later in the first half minute by someone who had not used it yet.
NAME_LATER = Pool(
    "[Thanks|Thank you|Cheers|Lovely], {cshort}.",
    "[Nice|Good] to [speak to|talk to|meet] you, {cshort}.",
    "[So|Well|Now], {cshort},",
    "And it's {cname}, [isn't it|is that right|yeah]?",
    "[Okay|Right|Great], {cshort},",
)

CONFIRM_NAME = Pool(
    "[Yes|Yeah|Yep|It is], [speaking|that's me|it is|that's right|hello].",
    "[Speaking|That's me|Yes, it is], [who's calling|who's this|who is it]?",
    "[Yeah|Yes|Er, yes], this is {cfirst}.",
    "[It is, yeah|Yep|Mm-hm, yes|Yes]. [Who am I speaking to?|Hello.|]",
    "Depends who's asking. [No, go on, yes, it is|Yes, it's me].",
)
CONFIRM_PLAIN = Pool(
    "[Yeah|Yes|Oh], [hi|hello].",
    "[Er|Um|Oh], [yes|yeah|hi]... [who is this|who did you say|sorry, where from]?",
    "[Yes|Yeah|Hi], {cfull} [here|speaking].",
    "[Right|Okay|Oh right|Hello]. [Yes?|Yeah?|]",
    "[Hello|Hi]. [Sorry, it's a bit noisy here.|I'm just walking the dog.|I've got about five minutes.|]",
    "It's {cfirst}, yeah[, hi.|, hello.|, what can I do for you?]",
)
REPEAT_SELF = Pool(
    "[Sorry, yeah|Yes, sorry|It's] {agent}, {firm}.",
    "{firm}, [the estate agents|the agents in {town}], {agent}'s my name.",
)
HOW_ARE_YOU = Pool(
    "How are you [doing|today|keeping|this {daypart}|]?",
    "How's your [day|week|{daypart}] [going|been] [so far|]?",
    "[You all right|Are you well|You okay]?",
    "[Hope|I hope] [you're well|you're having a good {daypart}|I'm not disturbing you].",
)
FINE_THANKS = Pool(
    "[I'm|Yeah,|Oh,] [fine|good|not bad|all right|can't complain], [thanks|thank you|ta]. [You?|And you?|]",
    "[Busy|Bit tired|Getting there|Surviving|Cold], [but fine|thanks|to be honest|you know how it is].",
    "[Yeah|Yes], [okay|fine|good]. [What's this about?|What can I do for you?|]",
    "[Not too bad|Fine|All right] until [the boiler went|I saw the post|the kids got in|just now].",
)
GOOD_TIME = Pool(
    "[Have I caught you|Is this] [at a good|an okay|a decent] time?",
    "Have you got [a minute|two minutes|a couple of minutes|a moment] [to talk|for me|]?",
    "[Is it all right to talk|Are you okay to talk|Can you talk] [now|for a minute|]?",
)
YES_TIME = Pool(
    "[Yeah|Yes|Go on|Sure|Okay], [I've got a minute|I've a few minutes|if it's quick|go ahead].",
    "[I'm at work, but|I'm just out, but|I've got the kids here, but] [yeah|go on|okay].",
    "[Yeah, fine|It's fine|As good as any|Yep].",
)

ASKED = {
    "seller-leads": Pool(
        "you [asked|wanted to know|were asking|were wondering] what your {home} [on {street}|in {town}] [is|might be|would be|could be] worth",
        "you put [the {home}|{street}|your place] [into|through] our [online valuation|valuation tool|price checker|website]",
        "you [filled in|sent us|completed] the [form|request|questionnaire] about selling [the {home}|on {street}|your place|up]",
        "you were [after|looking for] a [price|figure|valuation|number] [for|on] [the {home} on {street}|your place in {town}|your {home}]",
    ),
    "buyer-leads": Pool(
        "you [asked|enquired|were asking|sent a message] about the {home} on {street}",
        "you signed up [for|to hear about] [new listings|places|homes|{beds}-beds] in {town}",
        "you [sent|put] a [message|request] [through|in|over] to see the {home} on {street}",
        "you're [looking for|trying to find|after] a {beds}-bed [in|around|near] {town} and [left us your number|registered with us]",
    ),
    "landlord-leads": Pool(
        "you [asked|wanted to know|were wondering] what [the {home}|your {home}|the place] on {street} would [let|rent|go] for",
        "you [filled in|sent us] the [form|enquiry] about letting [the {home}|{street}|your place in {town}] [out|]",
        "you were [after|looking for] [someone|an agent] to [manage|look after|take on] the {home} on {street}",
        "you [used|tried] the rent [calculator|checker|estimate] on our [site|website] for {street}",
    ),
}
THING = {
    "seller-leads": Pool(
        "the valuation [you requested|request you sent us|you wanted] [for|on] [{street}|your {home}]",
        "the form you [filled in|sent] about [your {home}|selling up|{street}]",
        "selling the {home} on {street}",
        "the price check you did on [{street}|your place in {town}]",
    ),
    "buyer-leads": Pool(
        "the viewing [you asked for|request you sent] on {street}",
        "your [search|house hunt|enquiry] in {town}",
        "the {home} on {street} you [were asking|asked|messaged us] about",
        "the {beds}-bed you [liked|saved|clicked on] on {street}",
    ),
    "landlord-leads": Pool(
        "the rental [valuation|estimate|figure] [you wanted for|for] {street}",
        "letting out the {home} on {street}",
        "the form you sent [us|in] about your {home} in {town}",
        "[finding|getting] tenants for {street}",
    ),
}

PURPOSE_ASKED = Pool(
    "I'm [calling|ringing|phoning] because {asked}.",
    "[The reason I'm calling is|The reason for my call is|So the reason I'm ringing is|The reason for the call today is] [that|] {asked}.",
    "I'm [calling|ringing|phoning] [today|] because {asked} [online|on our website|the other day|last night|at the weekend].",
    "[The reason|So the reason|Reason] [for my call|for the call|I'm calling|I'm ringing] is [that|] {asked}.",
    "I'm [calling|ringing|phoning|giving you a call] [because|as|since|'cause] {asked}[ [online|on our website|the other day|last night|at the weekend]|].",
    "[Basically|So|Right, so], {asked}[ [yesterday|on Sunday|last night|this morning]|], [so that's why I'm ringing|so that's what this is about|and I said I'd get back to you|so I'm getting back to you on that].",
    "I can see [here|on my screen|from your enquiry] {asked}, [so I wanted to go through that with you|so I thought I'd talk you through it|and that's what I'd like to sort out with you].",
    "[I think|If I've got this right,] {asked}, [and I'm the one who's picking that up|and it's landed with me|so it's that I'm ringing about].",
    "[It's because|It's just that|It's 'cause] {asked}[, so I'm coming back to you|, so I'm returning that|].",
    usual=3,
)
PURPOSE_THING = Pool(
    "I'm [calling|ringing|phoning] about {thing}.",
    "I'm [calling|ringing|phoning|just calling] [today|] [about|regarding] {thing}.",
    "It's about {thing}.",
    "I'm [following up on|getting in touch about] {thing}.",
    "[I'm|] [calling|ringing|phoning|getting in touch] [about|regarding|with regards to|in connection with|to do with] {thing}.",
    "It's [about|to do with|regarding|in relation to] {thing}[, if you remember|].",
    "I'm [following up on|getting back to you on|coming back to you about] {thing}.",
    "[What I'm ringing about|What this is about|Why I'm ringing] is {thing}.",
    "I [wanted|was hoping] to [talk|speak] to you about {thing}.",
    "I've got {thing} [in front of me|on my desk|here], [and I want to get that moving for you|and I'd like to go through it|so that's what I'm on about].",
    "[You'll have been expecting someone to ring about|You were promised a call about] {thing}, [and that's me|well, this is it].",
    usual=4,
)
PURPOSE_VAGUE = Pool(
    "[I'm|] just [calling|ringing|phoning] for a [quick|little] [chat|catch-up][, really|, nothing major|, nothing to worry about|].",
    "I [just|] [wanted|thought I'd ring] to [touch base|check in|say hello|introduce myself] [really|, if that's okay|, that's all|].",
    "I'm [calling|ringing] [to see|just to see] how [you're getting on|things are going|everything is with you].",
    "[Don't worry|It's all right|Before you say anything], I'm not [calling|ringing] [to sell you anything|about double glazing|from a bank].",
    "It's just a [courtesy|quick|routine] call[, we do them with everyone|, nothing serious|].",
    "I've [been asked|been told|been meaning] to give you a [ring|bell|call] [today|this week].",
    "You [came up|were next|popped up] on my [list|system|screen] [for today|this morning|].",
    "I won't keep you long, [it's only|it'll only be] [two minutes|a couple of minutes|a quick one].",
    "I'm calling [on behalf of|from] the [sales|property|lettings] [team|department|side] here, we're the [biggest|longest-running|busiest] agents in {town}.",
    "The reason [it's taken me a while to ring|nobody's called before now] is we've been [flat out|snowed under|short of people].",
    "I'm calling [back|again], [I don't know if you saw a missed call|I tried you earlier|I think you spoke to a colleague].",
)
PURPOSE_SKIPPED = Pool(
    "[So|Right|Okay so], [are you the owner|is it yourself who makes the decisions|are you the only name on it]?",
    "[Now|So|Right], [let me just|I'll just] get [your file|the system|the right screen] up.",
    "[So|Okay], [I'll get straight to it|let's crack on|quick one for you].",
    "[Just a few|I've got some|I need to run through some] questions [for you|I need to get through|] [first|].",
)
WHATS_IT_ABOUT = Pool(
    "[Sorry|Okay|Right], what's [this|it] [about|regarding|in connection with]?",
    "[Is this|This isn't] a sales call[, is it|]?",
    "[Who|Sorry, who] did you say you were [with|from]? [And what's it about?|]",
    "[Right|Okay]... [what do you need|and|go on]?",
)
DODGE = Pool(
    "[Oh|No|Ah], [it's nothing to worry about|it's all good|nothing bad], [just a general call|just seeing where you're at|just a bit of a catch-up].",
    "[I'll come to that|I'll get to that|We'll get to that] [in a second|in a minute|, bear with me].",
    "[No, no|Not at all|God no], [I don't do sales|nobody's selling anything|I'm only asking].",
    "{firm}, [we're in {town}|we're the property people|you might have seen our boards].",
)

HOOK = {
    "seller-leads": Pool(
        "[And|] the good news is [there's a lot of demand|we've got buyers waiting|homes are selling fast|it's a good time to sell] [on your road|round there|in {town}].",
        "We've got [buyers|families|people] [waiting|ready to buy|looking] [on your road|in your area|round {street}] [right now|at the moment].",
        "We've [just sold|recently sold] [one|a place|a {home}] [on your road|near you|round the corner] for [more than|over] the asking price[, so I think you'll be pleased|].",
        "[And the good news is|Good news,|The nice thing is] [prices|homes] [round|on] [your way|your side of {town}|{street}] [have gone up|are up|are fetching] [about|] [four|five|six] percent [more than|since|up on] [last year|the spring|Christmas].",
        "We've [just|only just] sold [one|a place|a {home}] [round the corner|two streets over|off {street}] for [well over|more than|eleven thousand over] [the asking price|what they wanted], so [I think you'll like what I've got|it's looking good for you|I wanted you to know].",
        "[There are|I've got|We have] [four|five|three|seven] [families|couples|buyers] [waiting for|registered for|who missed out on] something [just like yours|on your road|in your bit of {town}].",
        "[In|Give me] [two|five|three] minutes [I can|and I can|and I'll] [give|get] you a [proper|realistic|real] [figure|price], [not just|better than] the [computer's guess|online one|range on the website].",
        "I can [save|spare] you [a lot of ringing round|having three agents traipse through|weeks of guessing], [which is why it's worth a couple of minutes|if you've got a minute].",
        "You'll [come away|walk off this call] with [a figure you can plan with|a real price|a clear idea of what you'd pocket], and it [doesn't cost|won't cost] you [anything|a penny].",
        "[I've looked up|I had a look at] what's sold [near you|on {street}], and [I think you'll be pleasantly surprised|it's better than the website says|you could be sitting on more than you think].",
        "[One of our buyers|A couple I spoke to yesterday|A family from {town}] [has|have] cash ready and [wants|want] [exactly your road|to be near {street}], so [this could be quick|you might not even need a board up].",
        usual=3,
    ),
    "buyer-leads": Pool(
        "[And|] the good news is [it's still available|there's been a price drop|we've got more like it coming|I can get you in this week].",
        "[I've|We've] got [something|a place|one] [that's|] [just come on|coming up|not on the market yet] that [I think|] [you'll love|would suit you|matches what you want].",
        "I can get you in [before|ahead of] [anyone else|everybody else|the weekend].",
        "[There's|I've got] one [coming on|being listed] [on {day}|this week|next week] that [isn't|is not] online yet, and [it ticks your boxes|it's pretty much what you described|I thought of you straight away].",
        "I can get you [in|through the door] before the [open day|weekend rush|others], [so you'd have first look|so you're ahead of the queue].",
        "[Good news|The good news is|Nice timing], the [seller's|owner's|vendor's] [just|] [dropped|brought down] the price [by ten thousand|this morning|again].",
        "There's a [scheme|lender|deal] that could [take|knock] [five|eight|ten] percent off [the deposit|what you need up front], [not many people know about it|and you'd qualify by the look of it].",
        "[I can|We could] [save you|spare you] [trawling the websites|your Saturdays|a lot of wasted viewings] by [lining up|putting together] [three|the best two] that [really|actually] fit.",
        "[Two|Three|A couple] of them [have had|come with] no chain at all, so you could be in [by {month}|before Christmas|quicker than you'd think].",
        "[The owners|The sellers] [are keen|need to move quickly], so [there's room on the price|you could get it for less than it says].",
        "[You've|You have] [a bit of an edge|a real advantage] [as|being] [a buyer with nothing to sell|first in the queue], and I can [show you how to use it|make that count].",
        usual=3,
    ),
    "landlord-leads": Pool(
        "[And|] the good news is [rents are up|there's a lot of demand|we've got tenants waiting] [round there|in {town}|on your road].",
        "We've got [tenants|people|good tenants] [waiting|ready to move in|looking] [in your area|in {town}|round {street}] [right now|].",
        "I think [we can|we could] get you [more rent|a bit more|a better rent] than [you're expecting|the website said|you think].",
        "Rents [on|round|near] {street} [are up|have gone up] [nine|eight|seven] percent[, so you may be leaving money on the table|, which is nice for you|].",
        "We've got [two|three] [professional|working] [couples|tenants|people] [ready to move|looking for exactly that] [next month|from the first|in {month}].",
        "[There's a way|I can show you how] to [make sure you never have an empty month|cover the gap between tenants|get paid even if they don't].",
        "[You could|You'd] be [getting|earning] [eighty|a hundred|a hundred and fifty] [pounds|quid] a month more [without lifting a finger|than the calculator said].",
        "We [guarantee|cover] the rent [if|even when] [a tenant stops paying|it's empty], so [you'd sleep at night|it's money you can count on].",
        "The last [one|place] we [let|had] [in {town}|on that road] went in [four|six|three] days, [above|for more than] the asking rent, [so it's a good moment|so I'm optimistic for yours].",
        "In [five|three] minutes I can tell you [what it'd bring in after tax|what you'd clear each month], [free of charge|no strings|which most people find handy].",
        "[I can|We'd] take [all the calls|the repairs|the paperwork] off your hands, [so it's just money in the bank|and it usually pays for itself].",
        usual=3,
    ),
}
HOOK_MISSED = Pool(
    "[It won't|This won't|Shouldn't] take [long|more than five minutes|too much of your time].",
    "It's a [bit of a tricky|funny old|difficult] market [at the moment|just now], [so I'd be quick|as you've probably seen|between you and me].",
    "If you [don't act now|don't move soon|leave it], [prices could drop|you could lose out|you'll be stuck with it].",
    "We've been [going|around|in {town}] since [1987|the eighties|1972], [so you're in safe hands|you've probably seen our boards|family firm].",
    "I don't have any [good|big] news [for you|as such] [yet|], [but I need your details|but we have to ring everybody].",
    "[Normally I'd say good news, but|I wish I had better news, but] [it's been quiet|there's not much about|it's slow round {town}].",
    "I've [just|] got [a few|some] [boxes to tick|questions to get through|details to update].",
    "We're [really passionate|very serious] about [property|customers|service] [here|].",
    "[There's|I've got] a [form|script] I have to [go through|read out] with you, [sorry|I'm afraid].",
    "",
    "",
    "",
)

REACT_WARM = Pool(
    "[Oh|Ooh], [really|right|okay]? [Go on then.|That's good.|I'm listening.|]",
    "[Oh right|Ah, yes|Yeah], [I did, yeah|I remember|that was me|that's right]. [Go on.|]",
    "[Well|Okay], [that's interesting|that's good to hear|I like the sound of that].",
    "[Okay|Right], [you've got my attention|fire away|tell me more].",
)
REACT_PLAIN = Pool(
    "[Okay|Right|Yeah|Mm|Fine].",
    "[Oh|Ah], [that|yeah|yes], [I did that ages ago|I forgot about that|my {partner} filled that in|I was just looking really].",
    "[Okay|Right], [yeah|yes|sure|go on].",
    "[Yeah|Yes], [that's right|I did|we did|I remember]. [It was late, I was just being nosy.|]",
)
REACT_COOL = Pool(
    "[Right|Okay]. [I'm not sure I need that.|I'm a bit busy.|How long will this take?|]",
    "[Mm|Okay|Right]... [I thought it'd just be an email|I didn't think anyone would ring|you lot don't hang about].",
    "[Okay|Fine|Go on], [but I've not got long|if it's quick|I've got someone at the door in a bit].",
)

# Small talk that lets the first half minute go by: what the agent says, what comes back.
SMALL_TALK = (
    (
        Pool(
            "[Is that a dog|Do I hear a dog] [I can hear|in the background|there]? [I've got a spaniel myself.|Sounds like a big one.|]"
        ),
        Pool(
            "[Ha, yeah|Yes, sorry], [he goes off every time the phone rings|that's next door's|she's after her dinner]."
        ),
    ),
    (
        Pool(
            "[What about this weather|Isn't it miserable out|Lovely day for once], [eh|isn't it|though]? [We've had the fan on all morning in here.|I got soaked on the way in.|I've been stuck inside all day, typical.|]"
        ),
        Pool(
            "[Tell me about it|I know|Yeah], [I've had the washing out twice|it's been mad|I've not been out yet], [so yeah|to be honest|]."
        ),
    ),
    (
        Pool(
            "[Did you have|Have you had] a [nice|good] weekend? [Get up to much?|Do anything exciting?|Ours just disappeared.|]"
        ),
        Pool("[Quiet|Busy|Same as ever], [kids' football|the garden|the usual|work mostly]. [You?|]"),
    ),
    (
        Pool(
            "{town}, [isn't it|is that right]? [I used to go to school out that way|My nan lived there|I love it round there|I was there only last week], [lovely spot|great chippy|small world]."
        ),
        Pool("[Oh yeah?|Is that right?] [It's changed a bit|Not so lovely with the roadworks|It has its moments]."),
    ),
    (
        Pool(
            "[You sound|It sounds like you're] [busy|out and about|on the move], [are you driving|are you at work]? [I can hear the wind.|]"
        ),
        Pool(
            "[I'm just walking back from the shops|I'm on my break|No, it's just the telly|I'm in the garden], [it's fine|don't worry]."
        ),
    ),
    (
        Pool(
            "[Bear with me|Sorry, one second|Just a tick], my [computer's|system's|screen's] [being slow|on a go-slow|frozen]... [come on|there we go|right, nearly there|honestly, every day]."
        ),
        Pool("[No problem|You're all right|Take your time|Ha, they're all the same]."),
    ),
    (
        Pool(
            "[Did you see the match|Are you watching the tennis|Did you see it on the news about the trains]? [I was up till gone midnight.|Don't tell me the score.|Absolute shambles.|]"
        ),
        Pool("[No, I don't follow it|I did, don't start me|I gave up at half time|Not my thing, to be honest]."),
    ),
)

# Calls that go nowhere.
VOICEMAIL = Pool(
    "[Hi|Hello], you've reached {cfirst}[, I can't get to the phone|, I'm not here right now|], [please|] leave a message [after the tone|and I'll get back to you|].",
    "The person you are calling is not available. Please leave a message after the tone.",
    "[Hello|Hi], this is {cfull}, [leave me a message|say something after the beep] [and I'll ring you back|, thanks|].",
)
VOICEMAIL_END = Pool(
    "[Give|If you could give] me a [call|ring] back on [the number|oh one double six two...|this number], [thanks|thank you, bye|cheers, bye].",
    "I'll try you again [tomorrow|later|another day][, bye for now|, thank you, bye|].",
    "[Anyway|Right|Okay], [ring me when you can|I'll try you another time|speak soon], [bye|thanks, bye now].",
)
BUSY = Pool(
    "[Sorry|Look|Listen], [I'm driving|I'm in a meeting|I'm at the school gate|I'm at work|I'm in a hospital waiting room], [I can't talk|it's not a good time|can you ring another time].",
    "[It's really not a good time|I can't do this now|Can't talk], [the baby's just gone down|I've got the plumber here|I'm about to go into a shop|my mum's here].",
)
NOT_INTERESTED = Pool(
    "[No|Nah|No, sorry], [I'm not interested|not for me|we've changed our minds|we're fine, thanks]. [Bye.|Take me off your list, please.|]",
    "[It's already sold|We've sorted it|We're with somebody else now|That was months ago], [so no|thanks anyway|so there's no point].",
    "[How did you get|Where did you get] my number? [No. Take it off.|I don't want these calls.|Right, I'm hanging up.]",
    "[I think|You've|Sorry, you've] [got the wrong number|the wrong person|I'm not who you want], [mate|love|I'm afraid].",
)
SHORT_REPLY = Pool(
    "[Oh|Ah], [okay|no problem|no worries|right], [sorry to bother you|I'll try another time|I'll leave you to it]. [Bye|Bye now|Thanks, bye].",
    "[Okay|Of course|Fair enough|Understood], [thanks for your time|have a good {daypart}|sorry about that]. [Bye.|]",
    "[Sure|Right|Yeah], [I'll call back later|I'll make a note|I'll take you off]. [Thanks, bye.|Bye bye.|]",
)
