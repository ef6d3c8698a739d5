"""The recurrent judge of TimeGAN's public code, several of them side by side.

Their network is ``tf.nn.rnn_cell.GRUCell`` of TensorFlow 1.15 (tensorflow/tensorflow,
python/ops/rnn_cell_impl.py at commit 01788c9e):

    r, u = sigmoid([x h] W + b)
    c    = tanh([x (r h)] V + d)
    h'   = u h + (1 - u) c

``torch.nn.GRU`` multiplies the state by V first and by r afterwards, so it cannot stand in.
Initial weights are uniform within the square root of 6 / (rows + columns) (Glorot and Bengio
2010), over the joint matrix of input and state; b begins at 1, so that a state is kept at
first, and d at 0. Adam is PyTorch's: it adds its 1e-8 after the correction of the moments,
where TensorFlow adds it before.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

RATE = 1e-3  # and betas (.9, .999): what tf.train.AdamOptimizer() takes where nothing is said


def glorot(rows: int, columns: int, source: torch.Generator) -> Tensor:
    """A matrix (rows, columns), uniform within sqrt(6 / (rows + columns)) of zero."""
    return (2 * torch.rand(rows, columns, generator=source) - 1) * (6 / (rows + columns)) ** 0.5


class Cells(nn.Module):
    """GRU with a linear map of its state at each step; K of them side by side.

    Parameters
    ----------
    features, hidden : int
        Width of a series and of the state; the output is one number per step.
    sources : sequence of torch.Generator
        One for each; a cell's initial weights are those it would have alone.
    """

    def __init__(self, features: int, hidden: int, sources: Sequence[torch.Generator]) -> None:
        super().__init__()
        shapes = ((features + hidden, 2 * hidden), (features + hidden, hidden), (hidden, 1))
        drawn = [[glorot(*shape, source) for shape in shapes] for source in sources]
        gates, candidate, out = (nn.Parameter(torch.stack(each)) for each in zip(*drawn))
        self.gates, self.candidate, self.out = gates, candidate, out
        self.gates_bias = nn.Parameter(torch.ones(len(drawn), 1, 2 * hidden))
        self.candidate_bias = nn.Parameter(torch.zeros(len(drawn), 1, hidden))
        self.out_bias = nn.Parameter(torch.zeros(len(drawn), 1, 1))
        self.features = features

    def states(self, x: Tensor) -> Tensor:
        """States after each step (K, B, T, hidden) for series (K, B, T, features)."""
        k, b, steps, f = x.shape
        rows = x.reshape(k, b * steps, f)
        of_x = torch.baddbmm(self.gates_bias, rows, self.gates[:, :f]).view(k, b, steps, -1)
        new_x = torch.baddbmm(self.candidate_bias, rows,
                              self.candidate[:, :f]).view(k, b, steps, -1)
        h = new_x.new_zeros(k, b, new_x.shape[3])
        states = []
        for gates, new in zip(of_x.unbind(2), new_x.unbind(2)):
            r, u = torch.baddbmm(gates, h, self.gates[:, f:]).sigmoid().chunk(2, 2)
            c = torch.baddbmm(new, r * h, self.candidate[:, f:]).tanh()
            h = torch.lerp(c, h, u)
            states.append(h)
        return torch.stack(states, 2)

    def forward(self, x: Tensor, last: bool = False) -> Tensor:
        """Logits (K, B, T) after each step, or (K, B) after the last."""
        h = self.states(x)
        if last:
            h = h[:, :, -1:]
        logits = torch.baddbmm(self.out_bias, h.flatten(1, 2), self.out).view(h.shape[:3])
        return logits[:, :, 0] if last else logits


def fit(cells: Cells, iterations: int, value: Callable[[], Tensor]) -> None:
    """Adam as TimeGAN's code has it; `value` draws the batches and gives (K,), one per cell."""
    adam = torch.optim.Adam(cells.parameters(), RATE, fused=True)
    for _ in range(iterations):
        adam.zero_grad()
        value().sum().backward()
        adam.step()


def read(cells: Cells, x: Tensor, last: bool = False) -> Tensor:
    """Logits without gradient, in pieces that need little memory."""
    with torch.no_grad():
        return torch.cat([cells(part, last) for part in x.split(1000, 1)], 1)


def batch(series: Tensor, rows: Tensor, size: int, source: torch.Generator) -> Tensor:
    """`size` of the given rows without replacement, or all there are: (size, T, F)."""
    return series[rows[torch.randperm(len(rows), generator=source)[:size]]]
