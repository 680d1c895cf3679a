"""Workshops, meetings of a process and appointments: what the city holds for a known number of people at a known time.

A *workshop* is what is offered (a course on the ladder of skills, a series of meetings, a kind of appointment). A
*session* is one occasion of it that is booked as a whole, on one *day* or several. A *booking* is a person's seat in a
session or their place on its waiting list; a seat that becomes free is *offered* to the first whom it suits.
"""
