"""The quantities and equations of layer normalisation: a row for each kind of symbol and each law.

Ba, Kiros and Hinton write g for the gains γ and b for the shifts β. The keys have a `norm_` before
them, since `beta1` and `beta2` are Adam's.
"""

from __future__ import annotations

from bpstepper.engine.kind import Kind
from bpstepper.engine.tables.equations import Law
from bpstepper.engine.tables.layers.layer_kind import LayerLaw

__all__ = ["LAYER_NORM_KINDS", "LAYER_NORM_LAWS"]


def _parameter(letter: str, latex: str, words: str) -> dict[str, Kind]:
    """A parameter with its gradient, its step and what comes out."""
    name = f"norm_{latex}"
    sign, tex = f"{letter}{{l}}", rf"\{latex}^{{{{{{l}}}}}}"
    return {
        name: Kind(
            f"{name}{{l}}",
            sign,
            tex,
            f"{words} of layer {{l}}",
            stem=letter,
            role="parameter",
            form="biases",
            public=True,
            gradient=f"grad_{name}",
        ),
        f"grad_{name}": Kind(
            f"grad_{name}{{l}}",
            f"∂{{C}}/∂{sign}",
            rf"\partial {{C}}/\partial {tex}",
            f"the gradient of C with respect to {words} of layer {{l}}",
            stem=f"{{minus}}∂{{C}}/∂{letter}",
            form="biases",
            public=True,
            of="C",
            by=name,
        ),
        f"step_{name}": Kind(
            f"step_{name}{{l}}",
            f"η ∂{{C}}/∂{sign}",
            rf"\eta\,\partial {{C}}/\partial {tex}",
            "the move",
            stem="step",
            role="step",
            form="biases",
            moves=name,
        ),
        f"{name}_next": Kind(
            f"{name}{{l}}_next",
            f"new {sign}",
            rf"\{latex}^{{{{{{l}}}}}}_{{{{\mathrm{{{{new}}}}}}}}",
            f"{words} after it",
            stem=f"new {letter}",
            form="biases",
            public=True,
            moves=name,
        ),
    }


def _value(sign: str, latex: str, words: str, stem: str, key: str) -> Kind:
    return Kind(f"{key}{{l}}", f"{sign}{{l}}", f"{latex}^{{{{{{l}}}}}}", words, stem=stem)


def _gradient(by: str, sign: str, latex: str, words: str) -> Kind:
    return Kind(
        f"grad_{by}{{l}}",
        f"∂{{C}}/∂{sign}",
        rf"\partial {{C}}/\partial {latex}",
        words,
        stem=f"{{minus}}∂{{C}}/∂{sign.replace('{l}', '')}",
        of="C",
        by=by,
    )


LAYER_NORM_KINDS: dict[str, Kind] = {
    **_parameter("γ", "gamma", "the gains"),
    **_parameter("β", "beta", "the shifts"),
    "per_unit": Kind("per_unit{l}", "1/n", "1/n", "one over the number of units", stem="1/n"),
    "norm_eps": Kind("norm_eps{l}", "ε", r"\epsilon", "what keeps the divisor from 0", stem="ε"),
    # forward
    "norm_sum": Kind("norm_sum{l}", "Σ a", r"\sum a", "what enters, added up", stem="Σ a"),
    "norm_mean": _value("μ", r"\mu", "the mean of what enters layer {l}", "μ", "norm_mean"),
    "centered": Kind(
        "centered{l}", "a − μ{l}", r"a - \mu^{{{l}}}", "less the mean", stem="(a − μ)"
    ),
    "centered_squared": Kind(
        "centered_squared{l}",
        "(a − μ{l})²",
        r"(a - \mu^{{{l}}})^2",
        "less the mean, squared",
        stem="(a − μ)²",
    ),
    "squares_sum": Kind(
        "squares_sum{l}",
        "Σ (a − μ{l})²",
        r"\sum (a - \mu^{{{l}}})^2",
        "the squares, added up",
        stem="Σ (a − μ)²",
    ),
    "norm_variance": _value(
        "v", "v", "the variance of what enters layer {l}", "var", "norm_variance"
    ),
    "norm_floored": Kind(
        "norm_floored{l}", "v{l} + ε", r"v^{{{l}}} + \epsilon", "the variance and ε", stem="var + ε"
    ),
    "deviation": _value("s", "s", "the standard deviation, ε in it", "s", "deviation"),
    "inverse_deviation": Kind(
        "inverse_deviation{l}", "1/s{l}", r"1/s^{{{l}}}", "one over the deviation", stem="1/s"
    ),
    "normalized": _value("x̂", r"\hat{{x}}", "what enters, normalised", "x̂", "normalized"),
    "gained": Kind(
        "gained{l}",
        "γ{l} ⊙ x̂{l}",
        r"\gamma^{{{l}}} \odot \hat{{x}}^{{{l}}}",
        "times the gains",
        stem="γ x̂",
    ),
    # backward
    "grad_normalized": _gradient(
        "normalized",
        "x̂{l}",
        r"\hat{{x}}^{{{l}}}",
        "the gradient of C with respect to what was normalised",
    ),
    "grad_centered": _gradient(
        "centered",
        "(a − μ{l})",
        r"(a - \mu^{{{l}}})",
        "the gradient by what is less the mean, at a fixed deviation",
    ),
    "grad_norm_mean": _gradient(
        "norm_mean", "μ{l}", r"\mu^{{{l}}}", "the gradient with respect to the mean"
    ),
    "grad_deviation": _gradient(
        "deviation", "s{l}", r"s^{{{l}}}", "the gradient with respect to the deviation"
    ),
    "centered_products": Kind(
        "centered_products{l}",
        "∂{C}/∂(a − μ{l}) ⊙ x̂{l}",
        r"\partial {C}/\partial (a - \mu^{{{l}}}) \odot \hat{{x}}^{{{l}}}",
        "unit by unit",
        stem="product",
    ),
    "through_mean": Kind(
        "through_mean{l}",
        "1/n ∂{C}/∂μ{l}",
        r"\tfrac{{1}}{{n}}\,\partial {C}/\partial \mu^{{{l}}}",
        "what comes by way of the mean",
        stem="by μ",
    ),
    "past_mean": Kind(
        "past_mean{l}", "both", r"\mathrm{{both}}", "directly, and by way of the mean", stem="both"
    ),
    "at_deviation": Kind(
        "at_deviation{l}",
        "x̂{l} ⊙ ∂{C}/∂s{l}",
        r"\hat{{x}}^{{{l}}} \odot \partial {C}/\partial s^{{{l}}}",
        "unit by unit",
        stem="x̂ ∂C/∂s",
    ),
    "through_deviation": Kind(
        "through_deviation{l}",
        "1/n x̂{l} ⊙ ∂{C}/∂s{l}",
        r"\tfrac{{1}}{{n}}\,\hat{{x}}^{{{l}}} \odot \partial {C}/\partial s^{{{l}}}",
        "what comes by way of the deviation",
        stem="by s",
    ),
    "gain_products": Kind(
        "gain_products{l}",
        "{d} ⊙ x̂{l}",
        r"{d} \odot \hat{{x}}^{{{l}}}",
        "δ times what was normalised",
        stem="δ x̂",
    ),
}
"""The kinds of symbols of a normalising layer."""

_ROUTES = (
    "{grad_centered+} + {per_unit+} {grad_norm_mean+} "
    "+ {per_unit+} {normalized+} ⊙ {grad_deviation+}"
)

LAYER_NORM_LAWS: dict[str, LayerLaw] = {
    "norm_mean": LayerLaw(
        Law(
            "NORM",
            "forward",
            "{norm_mean} = {per_unit} Σ {a-} over units",
            "Ba, Kiros and Hinton (2016) (3)",
        ),
        "Each sample's own mean: over the units of the layer, not over the samples.",
        (
            "What entered is added up over the units of one sample and divided by their number. "
            "No sample looks at another, so a batch of one is normalised like any other.",
        ),
    ),
    "norm_variance": LayerLaw(
        Law(
            "NORM",
            "forward",
            "{norm_variance} = {per_unit} Σ ({a-} − {norm_mean})² over units",
            "Ba, Kiros and Hinton (2016) (3)",
        ),
        "How far the units of a sample lie from their mean: the mean of the squares.",
        (
            "The sum of the squares is divided by n, not by n − 1: it describes these units, and "
            "estimates nothing.",
        ),
    ),
    "norm_deviation": LayerLaw(
        Law(
            "NORM",
            "forward",
            "{deviation} = √({norm_variance} + {norm_eps})",
            "Ba, Kiros and Hinton (2016) (3)",
        ),
        "The root of the variance; ε keeps it from 0 where all units are alike.",
        (
            "The ε stands under the root and is part of the divisor: the way back goes through "
            "it, too.",
        ),
    ),
    "normalized": LayerLaw(
        Law(
            "NORM",
            "forward",
            "{normalized} = ({a-} − {norm_mean}) / {deviation}",
            "Ba, Kiros and Hinton (2016) (4)",
        ),
        "Less the mean, over the deviation: mean 0 and variance 1 in each sample.",
        (
            "However large what enters has become, what leaves has the same spread. Add a number "
            "to all units, or double them all: nothing changes here.",
        ),
    ),
    "z_norm": LayerLaw(
        Law(
            "NORM",
            "forward",
            "{z} = {norm_gamma} ⊙ {normalized} + {norm_beta}",
            "Ba, Kiros and Hinton (2016) (4)",
        ),
        "Each unit gets a gain γ and a shift β of its own, which are learned.",
        (
            "With γ = 1 and β = 0 the numbers pass as they are. The units may learn any other "
            "mean and spread, if that serves {C}; so normalising takes no power away.",
        ),
    ),
    "grad_normalized": LayerLaw(
        Law(
            "NORM",
            "backward",
            "{grad_normalized} = {norm_gamma} ⊙ {delta}",
            "Ba, Kiros and Hinton (2016), from (4)",
        ),
        "Back through the gain: {d} of each unit times its γ.",
        ("In {z}, what was normalised is multiplied by γ; so is what comes back.",),
    ),
    "grad_centered": LayerLaw(
        Law(
            "NORM",
            "backward",
            "{grad_centered} = {grad_normalized} / {deviation}",
            "Ba, Kiros and Hinton (2016), from (4)",
        ),
        "Back through the division, with the deviation held fast.",
        (
            "This is the first of three routes: each number that entered acts on its own "
            "normalised one. The mean and the deviation are the other two.",
        ),
    ),
    "grad_norm_mean": LayerLaw(
        Law(
            "NORM",
            "backward",
            "{grad_norm_mean} = −Σ {grad_centered} over units",
            "Ba, Kiros and Hinton (2016), from (3)",
        ),
        "The mean is taken from every unit, so all gradients meet here, with a minus.",
        (
            "Raise the mean a little and every unit falls by as much: their gradients add up. The "
            "deviations from the mean add up to 0, so the variance does not feel it.",
        ),
    ),
    "grad_deviation": LayerLaw(
        Law(
            "NORM",
            "backward",
            "{grad_deviation} = −Σ {grad_centered} ⊙ {normalized} over units",
            "Ba, Kiros and Hinton (2016), from (4)",
        ),
        "The deviation divides every unit: gradient times own number, with a minus.",
        ("A larger deviation shrinks each normalised number in proportion to itself.",),
    ),
    "norm_back": LayerLaw(
        Law("NORM", "backward", "{grad_a} = " + _ROUTES, "Ba, Kiros and Hinton (2016), from (3)"),
        "Three routes from each number to {C}: its own, by the mean, by the deviation.",
        (
            "A number that entered is in the mean with a share of 1/n, and moves the deviation by "
            "1/n times its normalised number. The three contributions add up.",
            "Over the units of a sample they add up to 0: a shift of all of them changes nothing.",
        ),
    ),
    "norm_back_input": LayerLaw(
        Law("NORM", "backward", "{grad_x} = " + _ROUTES, "Ba, Kiros and Hinton (2016), from (3)"),
        "Three routes from each input to {C}: its own, by the mean, by the deviation.",
        ("The contributions add up to 0 over the inputs of a sample: a shift changes nothing.",),
    ),
    "grad_norm_gamma": LayerLaw(
        Law(
            "NORM",
            "gradients",
            "{grad_norm_gamma} = Σ {delta} ⊙ {normalized} over samples",
            "Ba, Kiros and Hinton (2016), from (4)",
        ),
        "A gain multiplies a normalised number: that number times {d} is its gradient.",
        ("One gain serves every sample, so the products are added up over the batch.", "{batch}"),
    ),
    "grad_norm_beta": LayerLaw(
        Law(
            "NORM",
            "gradients",
            "{grad_norm_beta} = Σ {delta} over samples",
            "Ba, Kiros and Hinton (2016), from (4)",
        ),
        "A shift is added as it is, so its gradient is {d}, added up over the samples.",
        ("It stands in {z} as a bias does.",),
    ),
}
"""Its equations, with why each is what it is."""
