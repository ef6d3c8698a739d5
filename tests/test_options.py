"""Checks of a loss's options: what passes, and what is said of the rest."""

import numpy as np
import pytest
import torch

from rnngan_tutorial.options import choice, positive, whole


def test_checks_pass_values_on_and_say_what_would_do():
    assert type(positive("c", np.float32(0.5))) is float and whole("n", np.int64(3), 0, 3) == 3
    assert choice("per", "steps", ("series", "steps")) == "steps"
    with pytest.raises(ValueError, match="^c is 2; it must be a finite number above 0 and at most"):
        positive("c", 2, most=1)
    with pytest.raises(TypeError, match="^s is 'a'; it must be .* above 0 or 'learnt'$"):
        positive("s", "a", word="learnt")
    with pytest.raises(ValueError, match="^per is 1; it must be 'series' or 'steps'$"):
        choice("per", 1, ("series", "steps"))
    with pytest.raises(ValueError, match="^flag is 1; it must be False or True$"):
        choice("flag", 1, (False, True))


def test_one_number_per_seed_is_a_column():
    for value in (torch.tensor(0.2), torch.full((3, 1), 0.2)):
        assert positive("s", value, tensor=True) is value
    for value in (torch.full((3,), 0.2), torch.full((1, 3), 0.2), torch.tensor([[0.2], [0.0]])):
        with pytest.raises(ValueError, match=r"or a tensor \(S, 1\) of such, one per seed$"):
            positive("s", value, tensor=True)
