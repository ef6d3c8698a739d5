"""A GRU that trains many seeds side by side and can be differentiated twice.

The gates of a step come from one matrix product, ``[q r z a] = W [h x 1]``, and

    r, z <- sigmoid(r), sigmoid(z)
    n    =  tanh(a + r q)
    h'   =  n + z (h - n)

which is the GRU of Cho et al. (2014) in the variant that ``torch.nn.GRU`` computes.
Small recurrent networks spend their time starting operations, not doing arithmetic. So
this module, alone in the package, trades brevity for speed: time comes first and the batch
last in memory, and both derivatives are written out by hand. What a step needs besides
the state is computed for all steps at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


def _forward(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Run the recurrence over ``x`` (T, S, I, B); return the tape and the gates.

    ``tape[t]`` is the column ``[h x 1]`` that enters step t, so ``tape[1:, :, :H]`` are
    the hidden states; ``gates[t]`` holds q, r, z and n after their nonlinearities.
    """
    steps, seeds, inputs, batch = x.shape
    hidden = weight.shape[1] // 4
    tape = x.new_empty(steps + 1, seeds, hidden + inputs + 1, batch)
    tape[0, :, :hidden] = 0
    tape[:steps, :, hidden:-1] = x
    tape[steps, :, hidden:-1] = 0
    tape[:, :, -1] = 1
    gates = x.new_empty(steps, seeds, 4 * hidden, batch)
    # Row block a does not act on the state, so it is had for all steps at once. It is doubled
    # because tanh(x) = 2 sigmoid(2 x) - 1, and on a CPU a sigmoid costs a seventh of a tanh.
    gates[:, :, 3 * hidden:] = 2 * weight[:, 3 * hidden:, hidden:] @ tape[:steps, :, hidden:]
    minus_one = x.new_tensor(-1)
    h, qrz_of = tape[:, :, :hidden].unbind(), weight[:, :3 * hidden]
    qrz, q, rz, z, n = (gates[:, :, i * hidden:j * hidden].unbind()
                        for i, j in ((0, 3), (0, 1), (1, 3), (2, 3), (3, 4)))
    for t, column in enumerate(tape[:steps].unbind()):
        torch.bmm(qrz_of, column, out=qrz[t])
        rz[t].sigmoid_()
        n[t].addcmul_(rz[t][:, :hidden], q[t], value=2).sigmoid_()
        torch.add(minus_one, n[t], alpha=2, out=n[t])
        torch.lerp(n[t], h[t], z[t], out=h[t + 1])
    return tape, gates


def _pieces(*tensors: Tensor) -> Iterable[tuple[Tensor, ...]]:
    """The tensors cut over time, so that what belongs together stays in a CPU's cache."""
    first = tensors[0]
    steps = len(first) if first.is_cuda else max(1, 2 ** 16 // first[0].numel())
    return zip(*(tensor.split(steps) for tensor in tensors), strict=True)


def _slopes(tape: Tensor, gates: Tensor) -> Tensor:
    """How h' moves with each gate before its nonlinearity: (T, S, 4, H, B)."""
    gates = gates.unflatten(2, (4, -1))
    slopes, one = torch.empty_like(gates), gates.new_ones(())
    states = tape[1:, :, :gates.shape[3]]
    for moved, gate, slope in _pieces(states, gates, slopes):
        (q, r, z, n), (dq, dr, dz, da) = gate.unbind(2), slope.unbind(2)
        slope_n = torch.addcmul(one, n, n, value=-1)
        torch.addcmul(slope_n, slope_n, z, value=-1, out=da)
        torch.mul(da, r, out=dq)
        torch.mul(dq, q, out=dr).addcmul_(dr, r, value=-1)
        # z (h - n) is h' - n, at hand after the step.
        torch.sub(moved, n, out=dz).addcmul_(dz, z, value=-1)
    return slopes


def _reverse(weight: Tensor, gates: Tensor, slopes: Tensor, source: Tensor, out: Tensor,
             add: bool = False) -> tuple[Tensor, Tensor]:
    """Carry ``source`` (T, S, H, B), the gradient put in at each state, back through time.

    Returns the whole gradient at the states, (T, S, H, B), and at the gates, (T, S, 4H, B).
    The latter is written to ``out`` (T, S, 4, H, B), or added to what is there.
    """
    hidden = source.shape[2]
    z = gates[:, :, 2 * hidden:3 * hidden].unbind()
    back = weight[:, :3 * hidden, :hidden].mT.contiguous()
    at_states, at_gates = torch.empty_like(source), out.flatten(2, 3)
    blocks, at_qrz = out.unbind(), at_gates[:, :, :3 * hidden].unbind()
    lam, columns = at_states.unbind(), at_states.unsqueeze(2).unbind()
    slopes_at, source_at = slopes.unbind(), source.unbind()
    lam[-1].copy_(source_at[-1])
    for t in range(len(at_qrz) - 1, -1, -1):
        if add:
            blocks[t].addcmul_(slopes_at[t], columns[t])
        else:
            torch.mul(slopes_at[t], columns[t], out=blocks[t])
        if t:
            torch.addcmul(source_at[t - 1], lam[t], z[t], out=lam[t - 1])
            lam[t - 1].baddbmm_(back, at_qrz[t])
    return at_states, at_gates


def _outer(at_gates: Tensor, tape: Tensor) -> Tensor:
    """Sum over time of ``at_gates[t] @ tape[t].T``, without the block of a and the state."""
    hidden = at_gates.shape[2] // 4
    at_qrz, at_a = at_gates.split([3 * hidden, hidden], 2)
    # Transposed, the sum is a third cheaper: MKL would rather turn its second factor. It is a
    # tensor of its own: only into contiguous memory are all seeds multiplied in one call.
    qrz = at_gates.new_zeros(at_gates.shape[1], tape.shape[2], 3 * hidden)
    for left, right in zip(tape.unbind(), at_qrz.mT.unbind(), strict=True):
        qrz.baddbmm_(left, right)
    a = (at_a @ tape[:, :, hidden:].mT).sum(0)
    return torch.cat([qrz.mT, nn.functional.pad(a, (hidden, 0))], 1)


def _tangent(weight: Tensor, tape: Tensor, gates: Tensor, slopes: Tensor,
             along_x: Tensor | None, along_weight: Tensor | None) -> tuple[Tensor, Tensor]:
    """Directional derivative of the tape and of the gates' input along (x, weight)."""
    hidden = gates.shape[2] // 4
    z = gates[:, :, 2 * hidden:3 * hidden].unbind()
    dot = torch.zeros_like(tape)
    if along_x is not None:
        dot[:-1, :, hidden:-1] = along_x
    dot_gates = torch.zeros_like(gates) if along_weight is None else along_weight @ tape[:-1]
    dot_gates[:, :, 3 * hidden:] += weight[:, 3 * hidden:, hidden:] @ dot[:-1, :, hidden:]
    blocks = dot_gates.unflatten(2, (4, hidden)).unbind()
    qrz, qrz_of = dot_gates[:, :, :3 * hidden].unbind(), weight[:, :3 * hidden]
    slopes_at, h = slopes.unbind(), dot[:, :, :hidden].unbind()
    moves = torch.empty_like(blocks[0])
    for t, column in enumerate(dot[:-1].unbind()):
        qrz[t].baddbmm_(qrz_of, column)
        torch.mul(slopes_at[t], blocks[t], out=moves)
        torch.sum(moves, 1, out=h[t + 1])
        h[t + 1].addcmul_(h[t], z[t])
    return dot, dot_gates


def _curvature(tape: Tensor, gates: Tensor, at_states: Tensor, at_gates: Tensor, dot: Tensor,
               dot_gates: Tensor) -> tuple[Tensor, Tensor]:
    """Gradient of the tangent's steps, weighted with ``at_states``.

    Returns it at the gates' input, (T, S, 4, H, B), and at the state before each step.
    """
    hidden = at_states.shape[2]
    kick = torch.empty_like(gates.unflatten(2, (4, hidden)))
    source, one = torch.empty_like(at_states), gates.new_ones(())
    for (h, gate, mu, k, dot_h, dot_gate, at_gate, at_h) in _pieces(
            tape[:-1, :, :hidden], gates, at_states, at_gates[:, :, 3 * hidden:],
            dot[:-1, :, :hidden], dot_gates, kick, source):
        q, r, z, n = gate.unflatten(2, (4, hidden)).unbind(2)
        dot_q, dot_r, dot_z, dot_a = dot_gate.unflatten(2, (4, hidden)).unbind(2)
        at_q, at_r, at_z, at_n = at_gate.unbind(2)
        slope_r, slope_z, slope_n = r - r * r, z - z * z, torch.addcmul(one, n, n, value=-1)
        moved_r = slope_r * dot_r
        dot_m = torch.addcmul(dot_a, r, dot_q).addcmul_(q, moved_r)
        torch.mul(mu, slope_z, out=at_h)
        # k = mu (1 - z) slope_n is the gradient at a, from the first sweep back.
        torch.mul(k, dot_m, out=at_n).mul_(n).mul_(-2).addcmul_(
            slope_n * at_h, dot_z, value=-1)
        torch.mul(k, moved_r, out=at_q).addcmul_(at_n, r)
        bend = torch.addcmul(dot_r, dot_r, r, value=-2)
        torch.addcmul(dot_q, q, bend, out=at_r).mul_(k).addcmul_(at_n, q).mul_(slope_r)
        bend = torch.addcmul(dot_z, dot_z, z, value=-2).mul_(h - n)
        torch.addcmul(dot_h, slope_n, dot_m, value=-1, out=at_z).add_(bend).mul_(at_h)
        at_h.mul_(dot_z)
    return kick, source


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        tape, gates = _forward(x, weight)
        ctx.save_for_backward(x, weight, tape, gates)
        return tape[1:, :, :weight.shape[1] // 4]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _Gradient.apply(grad, *ctx.saved_tensors, *ctx.needs_input_grad,
                               torch.is_grad_enabled())


class _Gradient(torch.autograd.Function):
    """The gradient of the recurrence, itself a function that can be differentiated.

    Paired with u, the gradient is the derivative of <grad, states> along u. So its own
    gradient takes one sweep forwards, for the tangent of the states, and one backwards
    (Pearlmutter, Fast exact multiplication by the Hessian, 1994, section 3).
    """

    @staticmethod
    def forward(ctx: Any, grad: Tensor, x: Tensor, weight: Tensor, tape: Tensor, gates: Tensor,
                for_x: bool, for_weight: bool, twice: bool) -> Any:
        hidden = grad.shape[2]
        slopes = _slopes(tape, gates)
        at_states, at_gates = _reverse(
            weight, gates, slopes, grad, torch.empty_like(slopes) if twice else slopes)
        ctx.save_for_backward(weight, tape, gates, slopes, at_states, at_gates)
        ctx.set_materialize_grads(False)
        return (weight[:, :, hidden:-1].mT @ at_gates if for_x else None,
                _outer(at_gates, tape[:-1]) if for_weight else None)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, along_x: Tensor | None, along_weight: Tensor | None) -> Any:
        weight, tape, gates, slopes, at_states, at_gates = ctx.saved_tensors
        hidden = at_states.shape[2]
        if along_weight is not None:
            along_weight = along_weight.clone()
            along_weight[:, 3 * hidden:, :hidden] = 0  # a does not act on the state
        dot, dot_gates = _tangent(weight, tape, gates, slopes, along_x, along_weight)
        kick, source = _curvature(tape, gates, at_states, at_gates, dot, dot_gates)
        through: Tensor | int = 0
        if along_weight is not None:
            along = along_weight.mT @ at_gates
            source, through = source + along[:, :, :hidden], along[:, :, hidden:-1]
        # What acts on the state before step t is put in one place earlier.
        source = torch.cat([source[1:], torch.zeros_like(source[:1])])
        _, kicked = _reverse(weight, gates, slopes, source, kick, add=True)
        return (dot[1:, :, :hidden],
                weight[:, :, hidden:-1].mT @ kicked + through if ctx.needs_input_grad[1] else None,
                _outer(kicked, tape[:-1]) + _outer(at_gates, dot[:-1]),
                None, None, None, None, None)


class GRU(nn.Module):
    """Gated recurrent unit with a leading axis of independent seeds.

    Input weights are drawn from N(0, 1/inputs), recurrent weights are orthogonal per gate
    (Saxe et al. 2014), biases zero. The state before the first step is zero.

    Parameters
    ----------
    inputs, hidden : int
        Width of the input and of the state.
    generators : list of torch.Generator
        One source of random numbers per seed; its length S is the number of seeds.
    spectral_norm : bool
        Divide each gate's matrix, biases apart, by its largest singular value (Miyato et al.
        2018, equation 8; here exactly, without power iteration).

    Attributes
    ----------
    weight : Parameter, shape (S, 4 * hidden, hidden + inputs + 1)
        Rows are the gates q, r, z, a; columns act on state, input and one (the bias).
    """

    own: Tensor  # 1 where a weight acts, 0 where a gate has none

    def __init__(self, inputs: int, hidden: int, generators: Sequence[torch.Generator],
                 spectral_norm: bool = False) -> None:
        super().__init__()
        self.inputs, self.hidden, self.spectral_norm = inputs, hidden, spectral_norm
        weight = torch.zeros(len(generators), 4, hidden, hidden + inputs + 1)
        for seed, generator in enumerate(generators):
            for gate in range(3):
                nn.init.orthogonal_(weight[seed, gate, :, :hidden], generator=generator)
            weight[seed, 1:, :, hidden:-1].normal_(0, inputs ** -0.5, generator=generator)
        self.weight = nn.Parameter(weight.flatten(1, 2))
        own = torch.ones_like(weight[0])
        own[0, :, hidden:-1] = own[3, :, :hidden] = 0
        self.register_buffer("own", own.flatten(0, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Hidden states after each step.

        Parameters
        ----------
        x : Tensor, shape (T, S, inputs, B)
            Time first and batch last, as the recurrence keeps it in memory.

        Returns
        -------
        Tensor, shape (T, S, hidden, B)

        Raises
        ------
        ValueError
            If the shape of `x` does not fit.
        """
        expected = (self.weight.shape[0], self.inputs)
        if x.dim() != 4 or tuple(x.shape[1:3]) != expected or not x.shape[0]:
            raise ValueError(
                f"GRU input has shape {tuple(x.shape)}; it must be (T, S, inputs, B) with "
                f"T at least 1 and (S, inputs) = {expected}")
        return _Recurrence.apply(x, self.effective())

    def effective(self) -> Tensor:
        """The weight that acts, (S, 4 * hidden, hidden + inputs + 1)."""
        # q does not act on x, nor a on h: without the product, training would change that.
        weight = self.weight * self.own
        if self.spectral_norm:
            gates = weight.unflatten(1, (4, self.hidden))
            matrices, biases = gates[..., :-1], gates[..., -1:]
            largest = torch.linalg.matrix_norm(matrices, 2)[..., None, None]
            weight = torch.cat([matrices / largest, biases], -1).flatten(1, 2)
        return weight

    @classmethod
    def from_torch(cls, *grus: nn.GRU) -> GRU:
        """One seed per given one-layer ``torch.nn.GRU``, with its weights."""
        first: Any = grus[0]
        made = cls(first.input_size, first.hidden_size,
                   [torch.Generator() for _ in grus]).to(first.weight_ih_l0)
        with torch.no_grad():
            gru: Any
            for weight, gru in zip(made.weight, grus, strict=True):
                q, r, z, a = weight.view(4, made.hidden, -1).zero_()
                wide = torch.cat([gru.weight_hh_l0, gru.weight_ih_l0,
                                  (gru.bias_hh_l0 + gru.bias_ih_l0)[:, None]], 1)
                r[:], z[:], n = wide.view(3, made.hidden, -1)
                q[:, :made.hidden] = n[:, :made.hidden]
                a[:, made.hidden:-1] = n[:, made.hidden:-1]
                q[:, -1] = gru.bias_hh_l0[2 * made.hidden:]
                a[:, -1] = gru.bias_ih_l0[2 * made.hidden:]
        return made
