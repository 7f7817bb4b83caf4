"""What the English-speaking people of the demo say."""

from .cast import Manner, Scene

HIKE = Scene(
    "group", "Saturday hike", "en",
    (
        (0, "Morning all! Who's in for the ridge walk on Saturday?"),
        (1, "Me! I've been at a desk all week, my legs have forgotten what they're for."),
        (2, "In. Is it the long way round or the one with the café?"),
        (0, "The one with the café, obviously. We're not animals."),
        (3, "How long is it really? Last time you said two hours and it got dark."),
        (0, "Eleven kilometres. Four hours with breaks. I measured it this time."),
        (4, "I can bring a thermos and those oat biscuits."),
        (1, "Then I'm definitely in 😄"),
        (5, "Is there room in someone's car? The first train gets there at ten."),
        (2, "I have two seats. I'll pick you up at half past seven, Theo."),
        (5, "You're a star. I'll bring the playlist, no accordion this time, promise."),
        (3, "What's the forecast?"),
        (4, "Cloudy till noon, then sun. Wind from the west, nothing dramatic."),
        (3, "So rain. I'm packing the big coat."),
        (0, "Bring whatever lets you sleep at night, Oscar."),
        (1, "Do we need boots or will trainers do?"),
        (2, "Boots. The bit after the bridge was pure mud in spring."),
        (4, "Confirmed. I left half a shoe there."),
        (5, "Is that the one still sticking out by the fence? We waved at it."),
        (4, "Poor thing. Say hello if you see it again."),
        (0, "Meeting point: the car park by the chapel, 8:15. Please say if you're late."),
        (3, "I'll be early and complain about the cold."),
        (1, "That's how we'll know it's the right car park."),
        (2, "Does anyone mind if I bring the dog? She's been asking."),
        (0, "The dog is the only one who's never late. Yes!"),
        (5, "Should we book a table at the café?"),
        (4, "Just rang them: half past twelve, window table, dog welcome."),
        (1, "What would we do without you."),
        (3, "Eat sandwiches in the rain, as people should."),
        (0, "See you on Saturday then. Sleep well on Friday!"),
    ),
)  # fmt: skip

FILMS = Scene(
    "group", "Film night", "en",
    (
        (1, "It's my turn to choose and I can't decide: heist or ghosts?"),
        (2, "Heist. I need to sleep this week."),
        (3, "Ghosts, but old and in black and white, so they're polite."),
        (0, "Polite ghosts has my vote."),
        (1, "One each, then. Theo, you're the judge."),
        (5, "A ghost that robs a bank. Does that exist?"),
        (4, "If it doesn't, we've just found our fortune."),
        (2, "Fine, ghosts, but the lights in the hall stay on."),
        (1, "Deal. Thursday at eight, at mine. The projector works again!"),
        (0, "What was wrong with it?"),
        (1, "It wasn't plugged in. We don't talk about it."),
        (3, "I'm making dumplings. Anybody who doesn't eat mushrooms?"),
        (5, "I eat everything that doesn't move."),
        (4, "Same here. I'll bring lemonade and the good chairs."),
        (2, "Can we start on time for once? I have the early shift on Friday."),
        (1, "Eight sharp. Whoever's late sits next to the radiator."),
        (0, "I quite like the radiator."),
        (3, "Don't tell him, he'll make you stand on the balcony."),
        (4, "How long is it?"),
        (1, "Ninety minutes. They knew when to stop in those days."),
        (5, "Then there's time for the quiz afterwards. I've prepared questions."),
        (2, "Oh no."),
        (5, "Oh yes. There's a prize, too."),
        (0, "Is it the same jar of pickles as last time?"),
        (5, "It may be a jar. I'm saying no more."),
    ),
)  # fmt: skip

NEWS = Scene(
    "channel",
    "Maple Street news",
    "en",
    (
        (0, "The water will be off on Wednesday from 10 to 12 while they change the pipe at number 14."),
        (0, "The tool library is open again: Tuesdays after five. There is a new ladder."),
        (0, "A grey cat with one white paw has been found by the bakery. She is well and very loud."),
        (0, "Street dinner on the 14th. Put your dish on the list by the gate, we have nine salads already."),
        (0, "The cat is home. Thank you all!"),
        (0, "Please keep the corner by the school free in the mornings, the bus cannot turn otherwise."),
    ),
)

SCENES = (HIKE, FILMS, NEWS)

MANNER = Manner(
    greetings=(
        "Hi! Good to have you here. Write to me, I usually answer.",
        "Hello there! I've added you to the film group, hope that's all right.",
        "Hey! Did you find everything?",
        "Hello. It was quiet here without you. I rather liked it. Welcome!",
        "Hi! There are biscuits, metaphorically speaking.",
        "Hey, new face! Or new name, at least.",
    ),
    welcomes=("Oh, you're here! Hi 👋", "Hello! I saw your dot turn green."),
    replies=(
        ("hello hi hey morning evening", ("Hi! How's your day going?", "Hey, good to hear you.", "Hello hello 👋")),
        ("how what's", ("All good here, a bit sleepy. And you?", "Can't complain, though I do try.")),
        ("thanks thank cheers", ("Any time!", "Of course 🙂", "Happy to.")),
        ("bye later goodnight", ("See you!", "Take care, talk soon.", "Bye! I'll be around.")),
        ("test testing", ("Test received, loud and clear.", "It works! Both ticks should be there now.")),
        ("?", ("Good question. I'd say yes, but ask me again after coffee.", "Hmm, let me think. Probably.",
               "I honestly don't know. Let's find out.")),
        ("", ("That sounds good!", "Ha, I was just thinking the same.", "Tell me more!", "I see what you mean.",
              "Noted. I'll remember that.", "Really? I didn't expect that.")),
    ),
)  # fmt: skip
