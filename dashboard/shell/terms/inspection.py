"""Terms of the Inspect page: what is asked of units, what a text's positions are told apart by, and its controls."""

from dashboard.shell.terms import Term

MEASURES = "lstm_engine/inspection/ranking.py"
GATES = "lstm_engine/inspection/gates.py"

INSPECTION = (
    # what is measured
    Term(
        "property",
        "Something that holds at some positions of a text and not at others, such as standing inside brackets, or a "
        "number such as their depth. Units are ranked by how well each alone tells it.",
        labels=("your own property",),
    ),
    Term(
        "AUC",
        "How well a unit tells yes from no: the probability that it is on the right side at a position with the "
        "property, compared with one without. 0.5 is chance, 1 is never wrong.",
        "0 to 1",
        MEASURES,
    ),
    Term(
        "R²",
        "How much of a number's variation a straight line through the unit's value foretells. 0 is chance.",
        "up to 1",
        MEASURES,
    ),
    Term(
        "control",
        "The best score of any unit when the property is shuffled over the text: what chance alone finds. The dark "
        "line in each bar stands there.",
        computed=MEASURES,
    ),
    Term(
        "linear probe",
        "All units of the layer together, weighted to tell the property as well as they can. It says how much the "
        "layer knows, wherever it stands.",
        computed="lstm_engine/inspection/probe.py",
    ),
    Term(
        "ablation",
        "A unit is held at its mean, or at zero, so that it says nothing any more. If the loss rises where the "
        "property holds, more than elsewhere and than without random units, the network uses the unit for it.",
        computed="lstm_engine/inspection/ablation.py",
    ),
    Term(
        "part of the text",
        "The part of the text that a row is about: all of it, where the property holds, where it does not.",
    ),
    Term("positions measured", "How many symbols of the text a number was measured on."),
    Term("loss before", "The mean loss of the network as it is.", "that of the loss"),
    Term("loss after", "The mean loss without the units.", "that of the loss"),
    Term(
        "rise of the loss",
        "By how much the mean loss rises without the units; its interval comes from drawing blocks of the text anew.",
        "that of the loss",
        "lstm_engine/inspection/ablation.py",
    ),
    # a unit's page
    Term(
        "values of a unit",
        "How often the unit takes each value over the whole text.",
        computed=GATES,
    ),
    Term("highest at", "The places of the text where the unit is highest, with what stands around them."),
    Term("lowest at", "The places of the text where the unit is lowest, with what stands around them."),
    Term(
        "changes most at", "The places where the unit changes most from one symbol to the next: it writes, or forgets."
    ),
    Term(
        "response to each symbol",
        "By how much the unit changes in the mean when each symbol is read, and what its gates do then.",
        computed="lstm_engine/inspection/units.py",
    ),
    Term(
        "outputs raised", "The symbols that become likelier when the unit goes up: its largest weights of the readout."
    ),
    Term("outputs lowered", "The symbols that become less likely when the unit goes up."),
    Term(
        "relatives",
        "The units whose course over the text is most alike, or most opposite, by correlation.",
        "−1 to 1",
        "lstm_engine/inspection/units.py",
    ),
    Term("tells about", "How well this unit tells every property of the text, the best told first.", computed=MEASURES),
    Term("name of the unit", "A name of yours, which then stands wherever the unit does, for everyone."),
    Term("note on the unit", "A few words of yours on the unit, which everyone sees.", labels=("keep name and note",)),
    # select and match
    Term(
        "units on just there",
        "The units that are on in the painted span and off beside it, as LSTMVis matches them.",
        computed="lstm_engine/inspection/matching.py",
    ),
    Term(
        "other places",
        "Where else in the text the same units are on together.",
        computed="lstm_engine/inspection/matching.py",
    ),
    Term(
        "in common",
        "What is more, or less, frequent in those places than everywhere: properties, and the symbols read.",
        computed="lstm_engine/inspection/matching.py",
    ),
    Term("share in those places", "How often it holds in the places that match; of a number, its mean."),
    Term("share everywhere", "How often it holds in the whole text; of a number, its mean."),
    Term(
        "nearest states",
        "The positions where the layer's state is most like the one at the cursor, by 1 − cosine of the angle between.",
        "0 to 2",
        "lstm_engine/inspection/states.py",
    ),
    Term(
        "map of states",
        "The layer's states as points, laid out by their two principal components, or by UMAP where it is installed: "
        "states that are near are alike. The line is the way that led to the cursor.",
        computed="lstm_engine/inspection/states.py",
        labels=("map drawn by",),
    ),
    Term(
        "moved by",
        "How strongly each earlier symbol moves what the network expects next: the gradient of that output's "
        "log-probability times the input. Red made it likelier, blue less likely.",
        computed="lstm_engine/inspection/saliency.py",
        labels=("beside it", "output that is moved"),
    ),
    # gates
    Term(
        "effective memory",
        "After how many timesteps about a third of what a unit remembers is left, from the mean of its forget gate's "
        "logarithm.",
        "timesteps",
        GATES,
    ),
    Term("dead units", "Units whose output is 0 throughout the text, nearly.", computed=GATES),
    Term("stuck units", "Units whose output stays at one other value throughout the text.", computed=GATES),
    Term("doubled units", "Pairs of units that do the same, or just the opposite.", computed=GATES),
    Term(
        "play the film",
        "Shows the charts at one checkpoint after the other.",
        labels=("hold the film", "checkpoint of the film"),
    ),
    # controls
    Term(
        "text to inspect",
        "The held-out part of what the run learns, or a text of your own.",
        labels=("your own text", "read it"),
    ),
    Term(
        "colour by",
        "The quantity of the cell that colours the text: states from blue over none to red, gates from shut to open.",
    ),
    Term("next unit", "Colour the text by the unit beside this one.", labels=("unit before",)),
    Term(
        "keep as a row",
        "Show this unit as a row under the text's lines, beside others.",
    ),
    Term("next page", "The text is shown 5,000 symbols at a time; all of it is analysed.", labels=("page before",)),
    Term("step here", "Open the Step page at this place of the text, with this unit."),
    Term(
        "find",
        "Ranks all units by how well each tells the property, and colours the text by the best one.",
        labels=("find units",),
    ),
    Term("its page", "All that is known of the unit: where it is on, what it answers to, what it says."),
    Term(
        "break it",
        "Take the units away and see what the network can no longer do.",
        labels=("units to break", "save the claim (html)"),
    ),
    Term(
        "what is held",
        "Which of the units' quantities is held. Their hidden state is all that they say; a gate or the cell state "
        "shows by what means they say it.",
    ),
    Term(
        "held at",
        "What the units are held at: their mean over the text or zero takes them away (ablation), a number of yours "
        "clamps them, and what they were at a position of the text is transplanted everywhere.",
        labels=("number to hold at", "position to take from"),
    ),
    Term("match", "Paint a span of the text: here stands which units are on just there, and where else they are."),
    Term("gates over the text", "What all gates of the layer do, at every checkpoint that is kept."),
    Term("place", "A position of the text; press it to go there."),
)

PROPERTIES = (
    Term("inside quotes", "Whether the position stands between quotation marks.", labels=("inside a string",)),
    Term("inside brackets", "Whether the position stands inside brackets of any kind."),
    Term("bracket depth", "How many brackets are open at the position."),
    Term("inside a comment", "Whether the position stands in a comment, behind #."),
    Term("word start", "Whether a word begins here.", labels=("inside a word", "word position")),
    Term("vowel", "Whether the symbol read is a vowel."),
    Term("digit", "Whether the symbol read is a digit."),
    Term("upper case", "Whether the symbol read is a capital letter."),
    Term("white space", "Whether the symbol read is a blank, a tab, or a line's end."),
    Term("line position", "How many symbols stand before it in its line.", labels=("line start", "indentation")),
    Term("position in the sequence", "How many symbols were read before, since the state began anew."),
    Term(
        "open count",
        "How many of the first letter are still to be answered.",
        labels=("count of a", "count of b", "count of c"),
    ),
    Term("phase, sine", "Where a series stands in its wave.", labels=("phase, cosine",)),
)
