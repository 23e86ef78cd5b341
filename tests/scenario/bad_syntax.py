"""Inputs that are no TOML, or hold characters that no scenario may hold."""

from __future__ import annotations

from tests.scenario.spoiling import BASE, RATE, W1, Bad, swap

SYNTAX = (
    Bad(
        "comma between rows",
        swap(("0.2], [0.3", "0.2] [0.3")),
        [("missing-comma", 8, 22)],
    ),
    Bad(
        "comma between rows, no gap",
        swap(("0.2], [0.3", "0.2][0.3")),
        [("missing-comma", 8, 22)],
    ),
    Bad(
        "comma between rows, new line",
        swap((W1, "weights = [\n  [0.1, 0.2]\n  [0.3, 0.4],\n  [0.5, 0.6],\n]")),
        [("missing-comma", 9, 13)],
    ),
    Bad(
        "comma between numbers",
        swap(("[0.1, 0.2, 0.3]\n[[net", "[0.1 0.2, 0.3]\n[[net")),
        [("missing-comma", 9, 14)],
    ),
    Bad(
        "decimal comma",
        swap((RATE, "learning_rate = 0,5")),
        [("decimal-comma", 17, 17)],
    ),
    Bad(
        "decimal comma in a list",
        swap(("input = [0.05, 0.10]", "input = [0,05, 0,10]")),
        [("decimal-comma", 20, 10)],
    ),
    Bad(
        "decimal comma that parses",
        swap(("input = [0.05, 0.10]", "input = [0,5, 0,1]")),
        [("wrong-length", 20, 9)],
    ),
    Bad(
        "leading dot",
        swap((RATE, "learning_rate = .5")),
        [("leading-dot", 17, 17)],
    ),
    Bad(
        "trailing dot",
        swap((RATE, "learning_rate = 5.")),
        [("trailing-dot", 17, 17)],
    ),
    Bad(
        "leading zero",
        swap(("units = 3", "units = 03")),
        [("leading-zero", 6, 9)],
    ),
    Bad(
        "unquoted",
        swap(('activation = "sigmoid"', "activation = sigmoid")),
        [("unquoted-text", 7, 14)],
    ),
    Bad(
        "unquoted words",
        swap(('"a base to spoil"', "a base to spoil # really")),
        [("unquoted-text", 2, 9)],
    ),
    Bad(
        "smart quotes",
        swap(('"a base to spoil"', "“a base to spoil”")),
        [("smart-quotes", 2, 9)],
    ),
    Bad(
        "True",
        swap(("biases = [0.1, 0.2, 0.3]", "train_biases = True")),
        [("wrong-case", 9, 16)],
    ),
    Bad(
        "unicode minus",
        swap((RATE, "learning_rate = −0.5")),
        [("odd-minus", 17, 17)],
    ),
    Bad(
        "fraction",
        swap((RATE, "learning_rate = 1/2")),
        [("not-a-number", 17, 17)],
    ),
    Bad(
        "unclosed string",
        swap(('"a base to spoil"', '"a base to spoil')),
        [("unclosed-string", 2, 9)],
    ),
    Bad(
        "unclosed multi-line string",
        swap(('"a note"', '"""a note')),
        [("unclosed-string", 31, 8)],
    ),
    Bad(
        "unclosed bracket",
        swap(("[0.5, 0.6]]\nbiases", "[0.5, 0.6]\nbiases")),
        [("unclosed-bracket", 8, 11)],
    ),
    Bad(
        "unclosed bracket at the end",
        BASE + "x = [1, 2\n",
        [("unclosed-bracket", 32, 5)],
    ),
    Bad(
        "unclosed header",
        swap(("[[network.layers]]", "[[network.layers]")),
        [("unclosed-header", 5, 1)],
    ),
    Bad(
        "duplicate key",
        swap(("units = 3\n", "units = 3\nunits = 4\n")),
        [("duplicate-key", 7, 1)],
    ),
    Bad(
        "duplicate table",
        swap(("[loss]", "[training]")),
        [("duplicate-key", 16, 1)],
    ),
    Bad(
        "single brackets twice",
        swap(
            ("[[network.layers]]", "[network.layers]"), ("[[network.layers]]", "[network.layers]")
        ),
        [("duplicate-key", 10, 1)],
    ),
    Bad(
        "missing equals",
        swap((RATE, "learning_rate 0.5")),
        [("missing-equals", 17, 1)],
    ),
    Bad(
        "colon",
        swap((RATE, "learning_rate: 0.5")),
        [("missing-equals", 17, 1)],
    ),
    Bad(
        "missing value",
        swap((RATE, "learning_rate =")),
        [("missing-value", 17, 15)],
    ),
    Bad(
        "bad escape",
        swap(('"a note"', r'"the \delta of layer 1"')),
        [("bad-escape", 31, 13)],
    ),
    Bad(
        "semicolon",
        swap(("[0.1, 0.2, 0.3]\n[[net", "[0.1; 0.2; 0.3]\n[[net")),
        [("semicolon", 9, 14)],
    ),
    Bad(
        "key with umlaut",
        swap(("title =", "größe =")),
        [("bad-key", 2, 1)],
    ),
    Bad(
        "two slips",
        swap((RATE, "learning_rate = .5"), ("input = [1, 0]", "input = [1 0]")),
        [("leading-dot", 17, 17), ("missing-comma", 23, 11)],
    ),
    Bad(
        "a slip and a sense",
        swap((RATE, "learning_rate = .5"), ("label = 1", "label = 7")),
        [("leading-dot", 17, 17), ("label-out-of-range", 24, 9)],
    ),
    Bad(
        "a redefinition that only tomllib sees",
        "a = {}\n[a.b]\nc = 1\n",
        [("not-toml", 2, 5)],
    ),
    Bad("a byte of garbage at the end", BASE + "\u20ac\n", [("bad-key", 32, 1)]),
)

TEXT = (
    Bad(
        "OSC in title",
        swap(('"a base to spoil"', r'"\u001b]52;c;aGk=\u0007"')),
        [("control-character", 2, 9)],
    ),
    Bad(
        "C1",
        swap(('"a base to spoil"', '"a\u009bb"')),
        [("control-character", 2, 9)],
    ),
    Bad(
        "bidi",
        swap(('"a base to spoil"', '"a\u202eb"')),
        [("control-character", 2, 9)],
    ),
    Bad(
        "raw escape",
        swap(('"a base to spoil"', '"a\x1bb"')),
        [("control-character", 2, 11)],
    ),
    Bad(
        "control in a key",
        swap(("title =", r'"\u001b" =')),
        [("unknown-key", 2, 1), ("control-character", 2, 1)],
    ),
)
