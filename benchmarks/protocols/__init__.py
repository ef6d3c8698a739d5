"""Generated series scored as three papers score them: ``python -m benchmarks.protocols``.

`cells` is the network that the judges share, `timegan`, `diffusion` and `rgan` are the
protocols, `tables` the data, `training` the runs that are judged, `__main__` the plan.
Who prints what, and which file of which commit says so, stands in each module's docstring.
"""
