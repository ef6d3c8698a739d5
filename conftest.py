import os

# Small networks run fastest on one thread; two notebooks at once on two cores, with threads
# of their own on top, can be ten times slower. Progress bars differ from run to run.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import matplotlib  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(1)
matplotlib.use("agg")  # not by MPLBACKEND, which the notebooks' kernels would inherit
