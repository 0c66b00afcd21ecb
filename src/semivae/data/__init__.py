r"""Rows: what a user holds, read, translated for a model and back, split, and summarized.

- :mod:`choose` fits the codec of some rows, :mod:`labels` that of their target.
- :mod:`read` and :mod:`datasets` find rows in files and named sets: :mod:`delimited` reads text, of which :mod:`layout`
  and :mod:`header` find out how it is laid out, :mod:`npy` and :mod:`idx` read arrays, and :mod:`join` adds labels of a
  second file.
- :mod:`stream` names rows larger than memory: :mod:`blocks` reads them, :mod:`survey` finds what they are,
  :mod:`ingest` writes them encoded, :mod:`cached` finds them again, and :mod:`stream_loader` makes batches of them.
- :mod:`split` draws rows; :mod:`loader` makes batches of them; :mod:`summary` states what they are.
"""
