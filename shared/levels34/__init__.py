"""Rules of levels 3 and 4 on messages of more than one service; each service imports those of its messages.

A code is registered once in a process, so what allocation, billing and messaging share has its home here.
"""
