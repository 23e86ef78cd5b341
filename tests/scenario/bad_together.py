"""Inputs whose parts make no sense together: files without a folder, samples, training, symbols."""

from __future__ import annotations

from tests.scenario.spoiling import BEFORE_SAMPLES, W1, Bad, swap

TABLE = 'file = "a.csv"\ninputs = ["x1", "x2"]\n'

TOGETHER = (
    Bad(
        "samples table without a folder",
        BEFORE_SAMPLES + f'[samples]\n{TABLE}label = "y"\n',
        [("no-folder", 20, 8)],
    ),
    Bad(
        "weights file without a folder",
        swap((W1, 'weights = { file = "w.npz", array = "W1" }')),
        [("no-folder", 8, 20)],
    ),
    Bad(
        "biases file of an odd kind",
        swap(("biases = [0.1, 0.2, 0.3]", 'biases = { file = "b.csv" }')),
        [("unknown-file-kind", 9, 19)],
    ),
    Bad(
        "samples file of an odd kind",
        BEFORE_SAMPLES + '[samples]\nfile = "a.xlsx"\ninputs = "x"\nlabel = "y"\n',
        [("unknown-file-kind", 20, 8)],
    ),
    Bad(
        "targets and a label of a table",
        BEFORE_SAMPLES + f'[samples]\n{TABLE}label = "y"\ntargets = ["t"]\n',
        [("target-and-label", 22, 1)],
    ),
    Bad(
        "samples table without its keys",
        BEFORE_SAMPLES + "[samples]\n",
        [("missing-key", 19, 1), ("missing-key", 19, 1)],
    ),
    Bad(
        "no columns",
        BEFORE_SAMPLES + '[samples]\nfile = "a.csv"\ninputs = []\nlabel = "y"\n',
        [("wrong-length", 21, 10)],
    ),
    Bad(
        "columns as numbers",
        BEFORE_SAMPLES + '[samples]\nfile = "a.csv"\ninputs = [1, 2]\nlabel = "y"\n',
        [("wrong-type", 21, 11), ("wrong-type", 21, 14)],
    ),
    Bad(
        "all samples held out",
        swap(("batch_size = 1", "hold_out = 0.9")),
        [("no-training-samples", 18, 12)],
    ),
    Bad(
        "inputs in batches",
        swap(("batch_size = 1", 'batch_size = 1\ntrain = "input"')),
        [("input-in-batches", 18, 14)],
    ),
    Bad(
        "inputs one by one by default",
        swap(("batch_size = 1", 'train = "input"')),
        [("input-in-batches", 18, 9)],
    ),
    Bad(
        "expect of more samples than are trained on",
        swap(
            ("batch_size = 1", 'batch_size = "all"\nhold_out = 0.5'),
            ("value = [0.1, 0.2, 0.3]", "value = [[1, 2], [3, 4], [5, 6]]"),
        ),
        [("wrong-shape", 28, 9)],
    ),
    Bad(
        "expect of folded weights without the biases",
        swap(
            ("inputs = 2", 'inputs = 2\nbias = "folded"'),
            ('symbol = "delta1"', 'symbol = "grad_Wb1"'),
            ("value = [0.1, 0.2, 0.3]", "value = [[1, 2], [3, 4], [5, 6]]"),
        ),
        [("wrong-shape", 28, 9)],
    ),
    Bad(
        "expect of a state of another shape",
        swap(("batch_size = 1", 'optimizer = "adam"'), ('symbol = "delta1"', 'symbol = "m_W1"')),
        [("wrong-shape", 27, 9)],
    ),
    Bad(
        "expect of a state with a slip",
        swap(("batch_size = 1", 'optimizer = "adam"'), ('symbol = "delta1"', 'symbol = "m_w1"')),
        [("unknown-symbol", 26, 10)],
    ),
)
