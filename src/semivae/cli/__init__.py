r"""The command `semivae`: it asks the workflows and shows what they found.

- :mod:`main` holds the commands together and turns every deliberate error into one message.
- :mod:`options` holds what several commands take, :mod:`screen` what they show, :mod:`outputs` what they write.
- `commands` has one file a command.

Nothing heavy is imported before a command runs, so that help comes at once.
"""
