"""Moves the threshold of a speech head: what had the probability T has 0.5 then, where the product says speech.

  python3 -m training.speech_threshold lipsync.speech.safetensors 0.3
"""
import argparse
import math
from pathlib import Path

import numpy as np

from . import safetensors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("head", type=Path, help="what speech.py wrote; changed in place")
    parser.add_argument("threshold", type=float, help="by measure_speech.py, on validation clips")
    options = parser.parse_args()
    tensors, metadata = safetensors.load(options.head)
    bias = tensors["speech.out.bias"].astype(np.float32) - math.log(options.threshold / (1 - options.threshold))
    safetensors.save(options.head, {**tensors, "speech.out.bias": bias.astype(np.float16)}, metadata)


if __name__ == "__main__":
    main()
