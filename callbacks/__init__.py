"""Whom to tell of outcomes: each step of a callback (`steps`), what it says (`notices`), how it is
sent (`deliver`), and the thread that does so (`courier`).
"""
