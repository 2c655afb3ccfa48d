"""Which functions, methods and layers are known to change nothing.

Only what stands here is called a second time. That something is missing costs an explanation; that
something stands here wrongly would disturb a run.
"""

from __future__ import annotations

import builtins
import math
from types import FunctionType
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_one_of
from gdtui.engine.libraries import imported

_BUILTINS = """abs all any bool complex divmod enumerate float int len list max min pow range
    reversed round sorted sum tuple zip"""

_NUMPY = """all allclose any append arange argmax argmin argsort array array_equal asarray
    ascontiguousarray atleast_1d atleast_2d average broadcast_to clip column_stack concatenate copy
    corrcoef count_nonzero cov cross cumprod cumsum diag diff dot einsum expand_dims eye flip full
    full_like hstack identity inner isclose linspace logspace max mean median meshgrid min
    moveaxis nan_to_num ndim ones ones_like outer percentile prod ptp quantile ravel repeat reshape
    roll round shape size sort split squeeze stack std sum swapaxes take tensordot tile trace
    transpose tril triu unique var vander vdot vstack where zeros zeros_like"""

_NUMPY_LINEAR = "cholesky cond det eig eigh eigvals eigvalsh inv lstsq norm pinv qr solve svd"

_TORCH = """abs acos add addmm all allclose any arange argmax argmin argsort as_tensor asin atan
    atan2 bincount bmm broadcast_to cat cdist ceil chunk clamp clip clone column_stack concat
    concatenate cos cosh count_nonzero cross cumprod cumsum det diag diff div divide dot einsum eq
    erf exp exp2 expm1 eye flatten flip floor from_numpy full full_like gather ge gt hstack
    index_select inner inverse isclose isfinite isinf isnan le linspace log log10 log1p log2
    log_softmax logaddexp logical_and logical_not logical_or logsumexp lt masked_select matmul max
    maximum mean median meshgrid min minimum mm mul multiply mv narrow ne neg negative norm
    numel ones ones_like outer permute pow prod ravel reciprocal relu reshape roll round rsqrt
    select sigmoid sign sin sinh softmax sort split sqrt square squeeze stack std sub subtract sum
    swapaxes t take tan tanh tensor tensordot tile topk trace transpose tril triu true_divide unbind
    unsqueeze var vstack where zeros zeros_like"""

_FUNCTIONAL = """avg_pool1d avg_pool2d binary_cross_entropy binary_cross_entropy_with_logits celu
    conv1d conv2d conv3d cosine_similarity cross_entropy elu embedding gelu hardtanh
    huber_loss kl_div l1_loss layer_norm leaky_relu linear log_softmax logsigmoid max_pool1d
    max_pool2d mse_loss nll_loss normalize one_hot pad relu relu6 selu sigmoid silu smooth_l1_loss
    soft_margin_loss softmax softmin softplus softsign tanh"""

_LAYERS = """AdaptiveAvgPool1d AdaptiveAvgPool2d AvgPool1d AvgPool2d BCELoss BCEWithLogitsLoss
    Bilinear CELU Conv1d Conv2d Conv3d CosineSimilarity CrossEntropyLoss ELU Embedding Flatten GELU
    Hardtanh HuberLoss Identity KLDivLoss L1Loss LayerNorm LeakyReLU Linear LogSigmoid LogSoftmax
    MSELoss MaxPool1d MaxPool2d Mish NLLLoss PReLU ReLU ReLU6 SELU SiLU Sigmoid SmoothL1Loss
    SoftMarginLoss Softmax Softmin Softplus Softsign Tanh Unflatten"""

_WITHOUT_NUMBERS = """BCELoss BCEWithLogitsLoss CrossEntropyLoss Flatten GELU HuberLoss Identity
    L1Loss LeakyReLU MSELoss NLLLoss ReLU Sigmoid SmoothL1Loss Softmax Tanh"""
"""Layers and losses that may be made anew: they have no parameters and draw no numbers."""

_METHODS = """T abs acos add addmm all allclose any argmax argmin argsort asin astype atan bmm bool
    ceil chunk clamp clip clone conj contiguous copy cos cosh cpu cumprod cumsum det detach diag
    diagonal diff dim div dot double eq erf exp expand expand_as expm1 flatten flip float floor
    gather ge gt half index_select inner int inverse isfinite isinf isnan item le log log10 log1p
    log2 log_softmax logsumexp long lt masked_fill masked_select matmul max maximum mean median min
    minimum mm mul mv narrow ne neg nonzero norm numel numpy outer permute pow prod ptp
    ravel reciprocal relu repeat reshape roll round rsqrt scatter select sigmoid sign sin sinh size
    softmax split sqrt square squeeze std sub sum swapaxes t take tan tanh tile to tolist topk trace
    transpose tril triu type type_as unbind unsqueeze var view view_as where"""

_ATTRIBUTES = "H T device dtype imag is_leaf itemsize mT nbytes ndim real requires_grad shape size"

_RANDOM = """rand normal choice shuffle permutation uniform multinomial bernoulli dropout sample
    gauss poisson integers standard_"""

METHODS = frozenset(_METHODS.split())
"""Methods of arrays and tensors that leave them as they are."""

ATTRIBUTES = frozenset(_ATTRIBUTES.split())
"""Attributes of arrays and tensors that are read without any code of the script."""

_WRITES = frozenset({"out", "inplace", "copy_", "overwrite_input"})
"""Keywords with which a function changes one of its arguments."""


def is_known_function(function: Any) -> bool:
    """Whether a function of Python, NumPy or torch is known to change nothing."""
    if type(function) is np.ufunc:
        return True
    if isinstance(function, type):
        own = vars(builtins).get(function.__name__) is function
        nn: Any = imported("torch.nn")
        name = function.__name__
        if nn is not None and name in _WITHOUT_NUMBERS.split() and vars(nn).get(name) is function:
            return True
        return (own and name in _BUILTINS.split()) or (
            issubclass(function, np.generic) and function.__module__ == "numpy"
        )
    name = getattr(function, "__name__", "")
    if not isinstance(name, str) or _is_elsewhere(function):
        return False
    return any(
        name in names.split() and home is not None and vars(home).get(name) is function
        for home, names in _homes()
    ) or (vars(math).get(name) is function)


def is_known_layer(layer: Any) -> bool:
    """Whether a layer, or a loss, is one of torch's that changes nothing when it is called, and has
    no hooks."""
    nn: Any = imported("torch.nn")
    if nn is None:
        return False
    name = type(layer).__name__
    return name in _LAYERS.split() and vars(nn).get(name) is type(layer) and has_no_hooks(layer)


def has_no_hooks(module: Any) -> bool:
    """Whether calling a module runs its ``forward`` and nothing else."""
    everywhere: Any = imported("torch.nn.modules.module")
    held = vars(module)
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    anywhere = ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks")
    return (
        not any(held.get(each) for each in hooks)
        and not any(vars(everywhere).get(each) for each in anywhere)
        and "forward" not in held
        and held.get("_compiled_call_impl") is None
    )


def writes(keywords: Any) -> bool:
    """Whether keywords ask a function to change one of its arguments."""
    return any(keywords.get(each) not in (None, False) for each in _WRITES if each in keywords)


def why_not(name: str) -> str:
    """What calling something a second time would do, as far as its name tells."""
    last = name.rsplit(".", 1)[-1]
    if name == "next" or last == "__next__":
        return "it would take one more element"
    if is_one_of(type(name), (str,)) and any(each in last for each in _RANDOM.split()):
        return "it would draw other random numbers"
    if last in ("print", "write", "open", "save", "dump", "savefig", "show"):
        return "it would write a second time"
    if last in ("input", "read", "readline", "load"):
        return "it would read on"
    if (last.endswith("_") and not last.endswith("__")) or last in _CHANGING:
        return "it would make its change a second time"
    return "gdtui does not know whether it would do something a second time"


_CHANGING = ("append", "extend", "pop", "update", "insert", "remove", "backward", "step")


def _is_elsewhere(function: Any) -> bool:
    """Whether a function is written in Python, and not in one of the libraries."""
    if type(function) is not FunctionType:
        return False
    return str(function.__module__).partition(".")[0] not in ("numpy", "torch")


def _homes() -> list[tuple[Any, str]]:
    """Where known functions stand, and their names. A function that a script has put there in the
    place of one is the script's own, and is told by its code."""
    return [
        (builtins, _BUILTINS),
        (np, _NUMPY),
        (np.linalg, _NUMPY_LINEAR),
        (imported("torch"), _TORCH),
        (imported("torch.nn.functional"), _FUNCTIONAL),
        (imported("torch.special"), "expit log_softmax softmax"),
        (imported("torch.linalg"), _NUMPY_LINEAR),
    ]
