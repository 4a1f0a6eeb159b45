"""Names of people, places and homes."""

AGENT_FIRST = (
    "Aaliyah", "Adam", "Aisha", "Alfie", "Amara", "Amber", "Ben", "Bethan", "Callum", "Carys", "Chloe", "Connor",
    "Daisy", "Dan", "Dominic", "Elena", "Ellie", "Ewan", "Farah", "Finn", "Freya", "Gareth", "Georgia", "Hamza",
    "Hannah", "Harriet", "Imran", "Isla", "Jack", "Jade", "Jasmine", "Joel", "Kayleigh", "Kieran", "Kofi", "Lauren",
    "Leon", "Lewis", "Lucy", "Maisie", "Marcus", "Megan", "Mohammed", "Nadia", "Naomi", "Nathan", "Niamh", "Oliver",
    "Olu", "Owen", "Paige", "Priya", "Rachel", "Ravi", "Reece", "Rhys", "Rosie", "Ruby", "Ryan", "Sam", "Sanjay",
    "Shannon", "Sophie", "Stefan", "Tariq", "Tegan", "Tom", "Tyler", "Yusuf", "Zara", "Zoe", "Luca", "Marta", "Piotr",
)  # fmt: skip
AGENT_LAST = (
    "Abbott", "Achebe", "Ahmed", "Atkins", "Banerjee", "Barlow", "Bianchi", "Blake", "Bowen", "Briggs", "Burke",
    "Carver", "Chowdhury", "Clarke", "Costa", "Cross", "Davies", "Dempsey", "Dixon", "Dunne", "Ellis", "Farrell",
    "Fleming", "Gallagher", "Gill", "Grant", "Haines", "Hargreaves", "Hassan", "Holt", "Hughes", "Iqbal", "Jarvis",
    "Jenkins", "Kaur", "Keane", "Khan", "Kowalski", "Lloyd", "Mahmood", "Marsh", "McBride", "Mensah", "Mistry",
    "Morgan", "Nash", "Nowak", "Obi", "Osei", "Palmer", "Parry", "Patel", "Pearce", "Pritchard", "Quinn", "Rahman",
    "Reeves", "Rossi", "Sandhu", "Saunders", "Sharp", "Singh", "Stokes", "Sutton", "Tate", "Thorne", "Vaughan",
    "Walsh", "Webb", "Whitfield", "Yates", "Young",
)  # fmt: skip
CUSTOMER_FIRST_F = (
    "Abigail", "Agnes", "Alison", "Anita", "Anjali", "Anne", "Barbara", "Beatrice", "Brenda", "Catherine", "Charlotte",
    "Claire", "Deborah", "Diane", "Doreen", "Edith", "Eleanor", "Emma", "Fatima", "Fiona", "Gemma", "Gillian", "Grace",
    "Heather", "Helen", "Ingrid", "Jacqueline", "Janet", "Jean", "Joan", "Julie", "Karen", "Katherine", "Kirsty",
    "Laura", "Leila", "Linda", "Louise", "Maria", "Marjorie", "Maureen", "Melanie", "Michelle", "Monica", "Nicola",
    "Olivia", "Pamela", "Parveen", "Patricia", "Pauline", "Rebecca", "Rukhsana", "Ruth", "Sally", "Samantha", "Sandra",
    "Sarah", "Shabnam", "Sharon", "Sheila", "Sian", "Stephanie", "Sunita", "Susan", "Teresa", "Tracey", "Uzma",
    "Valerie", "Vanessa", "Victoria", "Wendy", "Yvonne",
)  # fmt: skip
CUSTOMER_FIRST_M = (
    "Adrian", "Alan", "Alistair", "Andrew", "Anthony", "Arjun", "Barry", "Bernard", "Brian", "Charles", "Christopher",
    "Clive", "Colin", "Craig", "Darren", "David", "Derek", "Desmond", "Donald", "Douglas", "Edward", "Emeka", "Eric",
    "Frank", "Gavin", "Geoffrey", "Graham", "Gregory", "Harold", "Howard", "Hugh", "Ian", "Ibrahim", "Jamal", "James",
    "Jeffrey", "Jeremy", "John", "Keith", "Kenneth", "Kevin", "Laurence", "Malcolm", "Mark", "Martin", "Matthew",
    "Michael", "Neil", "Nigel", "Norman", "Patrick", "Paul", "Peter", "Philip", "Raymond", "Richard", "Robert",
    "Roger", "Ronald", "Rupert", "Sean", "Simon", "Stephen", "Stuart", "Terence", "Timothy", "Trevor", "Vikram",
    "Vincent", "Walter", "William", "Winston",
)  # fmt: skip
CUSTOMER_LAST = (
    "Adeyemi", "Allen", "Anderson", "Andrews", "Ashworth", "Bailey", "Barker", "Begum", "Bell", "Bennett", "Berg",
    "Boateng", "Brookes", "Butcher", "Campbell", "Carmichael", "Chandra", "Cohen", "Collins", "Conteh", "Cooper",
    "Crawford", "Cunningham", "Dawson", "Dhillon", "Doyle", "Edmonds", "Eze", "Faulkner", "Fernandes", "Forster",
    "Francis", "Goodwin", "Green", "Griffiths", "Hale", "Hammond", "Harrison", "Hobbs", "Horvath", "Hussain", "Ingram",
    "Jameson", "Johal", "Kavanagh", "Kelly", "Knowles", "Lamb", "Lawson", "Leigh", "Lindqvist", "Lowe", "Macdonald",
    "Malik", "Mason", "Mehta", "Moreau", "Naylor", "Ncube", "Novak", "Nolan", "Oakes", "Okafor", "Oyelaran", "Parsons",
    "Pemberton", "Petrov", "Phillips", "Poole", "Prasad", "Preston", "Ramsay", "Read", "Reid", "Robertson", "Rowe",
    "Sadiq", "Schofield", "Shah", "Sheridan", "Sinclair", "Stevens", "Swift", "Tanner", "Thompson", "Tran", "Turner",
    "Underwood", "Varga", "Waite", "Wallace", "Warner", "Whelan", "Wilkes", "Willoughby", "Wong", "Wright", "Zaman",
)  # fmt: skip
# How a transcriber may spell a name that it has heard and not seen.
MISHEARD = {
    "Adeyemi": "Addy Emmy", "Alison": "Allison", "Alistair": "Alasdair", "Anne": "Ann", "Ashworth": "Ash Worth",
    "Bailey": "Bayley", "Begum": "Bagum", "Boateng": "Boating", "Brookes": "Brooks", "Catherine": "Kathryn",
    "Claire": "Clare", "Conteh": "Conti", "Dhillon": "Dylan", "Doreen": "Noreen", "Emeka": "Mecca", "Eze": "Easy",
    "Forster": "Foster", "Geoffrey": "Jeffrey", "Graham": "Graeme", "Gillian": "Jillian", "Hussain": "Hussein",
    "Horvath": "Hovarth", "Jameson": "Jamieson", "Jean": "Gene", "Johal": "Jo Hall", "Katherine": "Catherine",
    "Kavanagh": "Cavanagh", "Kelly": "Kelley", "Leigh": "Lee", "Leila": "Layla", "Lindqvist": "Lindquist",
    "Lowe": "Low", "Macdonald": "McDonald", "Malik": "Mallick", "Mehta": "Meta", "Moreau": "Morrow",
    "Ncube": "N Cube", "Novak": "Nowak", "Oakes": "Oaks", "Okafor": "O'Kafor", "Oyelaran": "Oil Aaron",
    "Parveen": "Parvine", "Petrov": "Petroff", "Phillips": "Philips", "Prasad": "Prasat", "Ramsay": "Ramsey",
    "Read": "Reed", "Reid": "Reed", "Rowe": "Roe", "Rukhsana": "Roxanna", "Sarah": "Sara", "Shabnam": "Shabnum",
    "Sian": "Sean", "Sadiq": "Saddique", "Stephen": "Steven", "Stuart": "Stewart", "Sunita": "Sinita",
    "Teresa": "Theresa", "Tracey": "Tracy", "Tran": "Tron", "Uzma": "Asma", "Varga": "Vargas", "Waite": "Wait",
    "Whelan": "Wheelan", "Zaman": "Salmon", "Yvonne": "Evonne", "Philip": "Phillip", "Laurence": "Lawrence",
}  # fmt: skip

STREETS = (
    "Abbey Road", "Albert Street", "Alma Terrace", "Ash Grove", "Bakers Row", "Beech Avenue", "Bishop Street",
    "Bramble Close", "Bridge Street", "Canal Street", "Castle Hill", "Cedar Drive", "Chapel Lane", "Cherry Tree Road",
    "Church Lane", "Clarence Road", "Coopers Yard", "Cromwell Road", "Dale Street", "Elm Grove", "Fairfield Road",
    "Farriers Way", "Foundry Lane", "Garden Street", "Gladstone Road", "Grange Road", "Grove Park", "Hawthorn Way",
    "Heath Road", "Highfield Avenue", "Holly Bank", "Kestrel Close", "King Street", "Lansdowne Road", "Larch Close",
    "Lime Avenue", "Linden Road", "Mafeking Street", "Manor Way", "Maple Drive", "Meadow View", "Mill Lane",
    "Nelson Terrace", "North Parade", "Oak Road", "Old School Lane", "Orchard Close", "Park Crescent", "Pinfold Lane",
    "Poplar Road", "Priory Road", "Quarry Hill", "Queens Road", "Rectory Lane", "Ridgeway", "Riverside", "Rosebery Avenue",
    "Sandy Lane", "Silver Street", "Spring Gardens", "St Johns Road", "Station Road", "Stonebridge Lane", "Tanyard Lane",
    "The Crescent", "Union Street", "Vicarage Road", "Victoria Terrace", "Wesley Street", "Westbourne Road",
    "Whitehouse Lane", "Windmill Hill", "Woodland Rise", "York Road",
)  # fmt: skip
TOWNS = (
    "Alderby", "Ashcombe", "Bellford", "Birchwell", "Brackley Heath", "Carrowby", "Castlemere", "Clayford", "Denholme",
    "Eastmoor", "Fallowfield", "Garston Bay", "Hadley", "Harlow Green", "Kingsbourne", "Larkham", "Marlby", "Netherfield",
    "Norwell", "Oakhampton", "Penbury", "Ravensworth", "Saltwick", "Stanmoor", "Thornley", "Upper Wickham", "Westhaven",
    "Whitmoor", "Wrenbury", "Yarfield",
)  # fmt: skip
HOMES = {
    "house": 3, "semi": 3, "terrace": 2, "flat": 3, "bungalow": 1.5, "cottage": 0.7, "maisonette": 0.8,
}  # fmt: skip
BEDS = {"one": 0.6, "two": 3, "three": 4, "four": 2, "five": 0.5}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
TIMES = (
    "nine", "half nine", "ten", "10.30", "eleven", "half eleven", "twelve", "one", "half one", "two", "2.30", "three",
    "quarter past three", "half three", "four", "4 o'clock", "half four", "five", "5.15", "half five", "six",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
TEAMS = (
    "Harbour", "Northgate", "Lighthouse", "Meridian", "Orchard", "Riverside", "Summit", "Beacon", "Foundry", "Willow",
    "Quarry", "Heron", "Anvil", "Compass", "Juniper", "Kestrel", "Maple", "Sterling", "Tandem", "Viaduct",
)  # fmt: skip
FIRM = "Fennimore and Dale"
