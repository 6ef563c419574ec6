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
#: Longest name and address of whoever a trace request goes to, or is to be answered to.
MAX_ADDRESS = 500
#: Longest answer to a trace request, as a person writes it down.
MAX_ANSWER = 20_000
#: Papers that one answer may come with.
MAX_PAPERS = 20
#: Shortest fragment that is looked for, in letters and digits: one alone is everywhere.
LEAST_SOUGHT = 2
