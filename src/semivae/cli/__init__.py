r"""The command `semivae`: one file a command.

- :mod:`main` holds the commands together and turns every deliberate error into one message.
- :mod:`options` holds what several commands take, :mod:`screen` what they show, :mod:`outputs` what they write.
- :mod:`rows` and :mod:`task` find the rows, their target and what to learn from it; :mod:`pictures` draws.

Nothing heavy is imported before a command runs, so that help comes at once.
"""
