"""The page of text: what an LSTM is, in plain English. Its numbers are filled in when it is shown."""

TITLE = "What an LSTM is"

MEMORY = """
Read *alexandr*, and you know what comes next. You know it because you remember what you have read; the last
letter alone would not have told you, since after an *r* nearly anything may follow.

How much memory is worth can be measured. Take 8,000 first names, keep 800 of them aside, and let three
guessers predict the next letter of those. Who knows nothing is as surprised as by a die with 28 sides:
{blind:.2f} nats a letter (a nat is the natural unit of surprise; the glossary below has all such words). Who
has a table of which letter follows which comes down to {bigram:.2f}, as unsure as among {among:.0f} equally
likely letters. Whoever gets lower must have remembered more than one letter. {here}
"""

HERE = (
    "The network that learns here stood at {loss:.2f} after {step:,} steps when this page was drawn: as unsure as "
    "among {among:.0f} letters."
)
NOT_YET = "No network on the names has been measured here yet; come back in a minute."

ONE_CELL = """
## One cell, used again and again

A recurrent network has one cell, and uses it at every letter. What differs from letter to letter is what
comes in: the letter itself, and what the cell passed on to itself one letter earlier. Drawings such as the
next one show it many times side by side. There are not many cells. It is one, with the same weights each
time, and time runs to the right.
"""

LINES = """
## Six lines

An LSTM passes on two things: its *memory* **c**, and what it *says* of it, **h**. Each is a row of numbers,
one for every *unit*; here there are 64. At each letter **x** six lines are computed, the same for all units:

| | | in words |
| --- | --- | --- |
| **f** | = σ(W [x, h′] + b) | which share of the old memory to keep |
| **i** | = σ(W [x, h′] + b) | which share of the new content to write |
| **g** | = tanh(W [x, h′] + b) | the new content |
| **o** | = σ(W [x, h′] + b) | which share of the memory to say |
| **c** | = f · c′ + i · g | the memory: keep, then write |
| **h** | = o · tanh(c) | what is said |

A dash means one timestep earlier, and each line has weights of its own. σ squeezes any number into 0 to 1,
which makes it a *gate*: 0 is shut, 1 is open. Nobody tells the gates when to open. They are learned, as
everything else is, by changing all weights a little in whatever direction would have made the last mistakes
smaller.
"""

GRADIENTS = """
## Why the plus sign matters

That direction is the *gradient*. To learn that the first letter matters for the ninth, it has to travel back
from the ninth to the first, and at each timestep it is multiplied by something. In a plain recurrent network,
h = tanh(W [x, h′] + b), those factors are mostly below 1: after {furthest} timesteps {plain} of it is left,
which is nothing. In an LSTM the memory's old value enters the new one by a *plus*, so the factor along that
path is just the forget gate. With a fresh forget bias of 1 the gate stands near 0.73, and {fresh} is left;
with a bias of 5 it stands near 0.99, and the gradient arrives whole, or has even grown ({open} times). Hence
the habit of starting with gates that keep, and hence *clipping*, which shortens a gradient that became too
long.
"""

MISTAKES = """
## What is easily got wrong

- **Units are not timesteps.** 64 units are 64 small memories at *each* letter. They have no order, and a
  sequence may be of any length.
- **The boxes side by side are not many cells.** They are one cell at several times. Nothing is learned for
  the third letter in particular.
- **c, h and the prediction are three things.** c is remembered and not seen from outside; h is what is said
  of it; the prediction is computed from all of h by one more layer, and a softmax makes probabilities of it.
- **A forget gate of 1 does not forget.** It keeps everything. 0 forgets.
- **Every gate of every unit sees all of h′**, not only its own unit's value. Its own unit's memory c′ it does
  not see at all, unless there are *peepholes*.
- **State does not leak from one sequence into the next**, unless somebody wants it to. Here each name begins
  at zero, and the sign · stands for its beginning.
"""

HONEST = """
## What it is worth, and what not

Honest numbers, from this project's own table of results: on *temporal order*, where two signals lie dozens of
timesteps apart, an LSTM of 32 units answers every string rightly, and a plain network of the same size 26 %
of them, which is guessing. In the *adding problem* the LSTM's squared error is 0.0003, the plain network's
0.166, no better than always saying 1. But on the *embedded Reber grammar* both answer everything; where
little has to be remembered, gates buy little. On names the gain is real and small: 2.33 nats against
{bigram:.2f}, since no memory in the world determines a name.

Today's large language models are transformers, which look back at all they have read instead of carrying a
summary along. An LSTM's summary has a fixed size, whatever the length: that is its weakness where one word of
thousands counts, and its strength on a small device, on a stream that never ends, and wherever one wants to
see a memory at work.

Now go and look: on the **Step** page you can hold the forget gate at 0 and watch a name being forgotten.
"""
