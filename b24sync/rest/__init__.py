"""The portal's words: builders of calls and readers of answers.

Pure, and the only place with Bitrix24 names.
"""
