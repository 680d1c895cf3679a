"""A process is a stretch of city work with dated phases: submit, review, vote, results, works.

Each phase says what is allowed when. The clock decides at each request; no job moves a process on, so nothing is late.
"""
