"""Cut the raw recording into heartbeats: ``python data/build_heartbeats.py``.

Needs SciPy. Running it again gives the same labels and times, and values equal to 1e-6 mV; with
the same NumPy, SciPy, zlib and kind of CPU the file is the same, byte for byte.
The rules below are stated in data/README.md too.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from scipy.signal import butter, filtfilt, find_peaks

HERE = Path(__file__).parent
RATE = 360                  # samples per second
BEFORE, AFTER = 80, 160     # samples kept on either side of the R peak
STEP = 5                    # samples averaged into one time step: 48 steps of 13.9 ms

LEAST_R = 0.5               # mV: a lower peak is noise, not a beat
LEAST_RR = 0.3              # s: two detections closer than this are noise
MOST_WANDER = 0.8           # mV: a baseline that moves more within the window is an artefact
WIDE = 0.04                 # s: a QRS wider than this at half its height is called wide


def millivolts():
    """The recording in mV."""
    adc = np.load(HERE / "raw" / "mitdb208_1935-2435.npz")["ecg"]
    return (adc.astype(float) - 1024) / 200


def beats_of(ecg):
    """The band-passed recording and the samples of its R peaks."""
    clean = filtfilt(*butter(3, [0.7, 40], "bandpass", fs=RATE), ecg)
    energy = np.convolve(np.abs(np.gradient(clean)), np.ones(36) / 36, "same")
    typical = np.median(np.sort(energy)[-len(energy) // 20:])
    peaks, _ = find_peaks(energy, distance=RATE // 5, height=0.35 * typical)
    near = RATE // 10
    peaks = peaks[(peaks >= BEFORE + near) & (peaks < len(ecg) - AFTER - near)]
    return clean, np.unique([p - near + np.argmax(clean[p - near:p + near + 1]) for p in peaks])


def width_at_half(clean, peak):
    """Width of the R wave at half its height, in seconds."""
    low = clean < clean[peak] / 2
    right = np.argmax(low[peak:peak + BEFORE])
    left = np.argmax(low[peak - BEFORE:peak + 1][::-1])
    return (left + right) / RATE


def build():
    """Arrays of the data set, and how many windows each rule dropped."""
    ecg = millivolts()
    clean, peaks = beats_of(ecg)
    windows = peaks[:, None] + np.arange(-BEFORE, AFTER)
    gap = np.diff(peaks, prepend=-RATE, append=len(ecg) + RATE) / RATE
    faults = {
        "low peak": clean[peaks] < LEAST_R,
        "too close": np.minimum(gap[:-1], gap[1:]) < LEAST_RR,
        "wandering baseline": np.ptp((ecg - clean)[windows], axis=1) > MOST_WANDER,
    }
    kept = ~np.any(list(faults.values()), axis=0)
    wide = np.array([width_at_half(clean, p) for p in peaks]) > WIDE
    values = clean[windows].reshape(len(peaks), -1, STEP).mean(-1)
    arrays = {"values": values[kept, :, None].astype(np.float32),
              "labels": wide[kept].astype(np.int64),
              "seconds": (peaks[kept] / RATE).astype(np.float64),
              "step": np.float64(STEP / RATE)}
    return arrays, {name: int(fault.sum()) for name, fault in faults.items()} | {
        "detected": len(peaks), "kept": int(kept.sum())}


def write_npz(path, arrays):
    """Write an .npz file whose bytes depend on the arrays alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)),
                             buffer.getvalue(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    made, counts = build()
    write_npz(HERE / "heartbeats.npz", made)
    print(counts, "narrow and wide:", np.bincount(made["labels"]).tolist())
