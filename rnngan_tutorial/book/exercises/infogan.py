"""Exercises of the chapter InfoGAN."""

from collections.abc import Callable
from math import log

import torch
from torch.nn.functional import cross_entropy

from .register import exercise, first_hint


@exercise("information-of-a-head")
def information_that_a_head_vouches_for(
        answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> str | None:
    source = torch.Generator().manual_seed(0)
    for k in (2, 8):
        logits, category = torch.randn(40, k, generator=source), torch.arange(40) % k
        logits[torch.arange(40), category] += 2
        given, price = answer(logits, category), cross_entropy(logits, category)
        if given is None:
            return "the function returns nothing"
        given = torch.as_tensor(given, dtype=price.dtype)
        if given.dim():
            return "return one number: the mean over the series"
        if torch.isclose(given, log(k) - price):
            continue
        if torch.isclose(given, price):
            return "this is the price that the head pays; it falls as the information rises"
        if torch.isclose(given, -price):
            return "a head that knows nothing must give 0; what does it give here?"
        if torch.isclose(given, (logits.argmax(1) == category).float().mean()):
            return "this is the accuracy; the bound asks how sure the head is, in nats"
        if torch.isclose(given, log(2) - price):
            return f"the entropy of the code is log 2 for two values; here it has {k}"
        return (f"wrong for {k} values: it must be 0 for a head that knows nothing, and grow as "
                f"its cross-entropy falls")
    return None


@exercise("even-code")
def accuracy_of_an_even_code(answer: Callable[[float], float]) -> str | None:
    return first_hint(answer, [(0.1,), (0.25,), (0.4,)], [
        (lambda w: 0.5 + w, None),
        (lambda w: 1.0, "then half of all series would be of the rare kind, not a share of w"),
        (lambda w: 1 - w, "this ignores the code and always names the frequent kind"),
        (lambda w: 0.5, "this is chance; let one value of the code have every rare series"),
        (lambda w: 2 * w, "this is the share of the rare kind among the series of one value")],
        "fill the table: two values of 1/2 each, two kinds of w and 1 - w; agree where you can")
