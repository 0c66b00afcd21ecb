r"""Rows: what a user holds, read, translated for a model and back, split, and summarized.

- `files` reads and writes formats, `sets` has named data sets, and :mod:`read` finds rows in either; :mod:`join` adds
  the labels of a second file.
- `kinds` has a handler for each kind of variable, `columns` judges which kind a column is, `codecs` translates
  containers of columns, `labels` targets; :mod:`survey` fits them in one pass.
- `stream` reads rows larger than memory block by block, and keeps them encoded on disk.
- `batches` deals rows out to the steps of a fit, and draws which labels are kept or held out.
- :mod:`source` is rows with their targets, :mod:`in_memory` those in memory; :mod:`summary` describes them.
"""
