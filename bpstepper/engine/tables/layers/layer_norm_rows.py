"""The quantities of layer normalisation: one row for each kind of symbol.

Ba, Kiros and Hinton write g for the gains γ and b for the shifts β. The keys have a `norm_` before
them, since `beta1` and `beta2` are Adam's.
"""

from __future__ import annotations

from bpstepper.engine.kind import Kind

__all__ = ["LAYER_NORM_KINDS"]


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
