"""Home: the front page, search, the city's text pages, the accessibility statement with its reports, and site notices.

A *page* is a text the city writes and keeps in versions per language. A *notice* stands on every page for a time. A
*barrier* is what keeps somebody from using the site; anyone may report one.
"""
