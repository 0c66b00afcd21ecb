"""The use-cases of a person who explores a fitted model: beliefs about rows, decoded points, cells, new fits."""
