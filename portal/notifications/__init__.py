"""Notifications: one inbox for everything a person is told, and the ways in which it reaches them.

A *message* is a set phrase with its values, kept unsaid: it is put into the reader's language when it is shown. A
*delivery* is its way out of the house: mail, digest, text message or printed letter. An *alert* is a wish to hear of
what is new on a topic, in a district or anywhere; to *follow* is the same for one thing. The *newsletter* is apart:
anybody may have it with an address alone.
"""
