"""The English sentences, one table for each room that says them.

`SENTENCES` of a room are whole sentences; `PHRASES` are what stands in a list, a table or a line.
"""
