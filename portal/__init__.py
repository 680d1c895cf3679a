"""Folkmoot: the portal where a city's people decide and get things done.

No code here: any pure module below imports with nothing installed. The application is made in portal/app.py.
"""
