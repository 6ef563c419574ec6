"""How long what people write may be, in characters; known without loading what keeps it."""

#: Longest title of a case and longest note on where its material comes from.
MAX_TITLE = 200
MAX_PROVENANCE = 10_000
#: Longest name of a person.
MAX_NAME = 120
#: Longest transcription of one field; a UII, the longest identifier, has 50.
MAX_TEXT = 200
#: Longest reason of a judgement or a decision.
MAX_REASON = 5_000
#: Shortest fragment that is looked for, in letters and digits: one alone is everywhere.
LEAST_SOUGHT = 2
