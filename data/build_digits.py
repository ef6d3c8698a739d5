"""Store scikit-learn's copy of the UCI digits: ``python data/build_digits.py``.

Needs scikit-learn. Values are ink, 0 to 16, one byte per pixel.
"""

from pathlib import Path

import numpy as np
from build_heartbeats import write_npz
from sklearn.datasets import load_digits

digits = load_digits()
write_npz(Path(__file__).parent / "digits.npz",
          {"values": digits.images.astype(np.uint8), "labels": digits.target.astype(np.int64)})
