"""The kinds of symbols of the moves: the optimizers' constants, their state, and the steps."""

from __future__ import annotations

from bpstepper.engine.kind import Kind

__all__ = ["UPDATE_KINDS"]

UPDATE_KINDS: dict[str, Kind] = {
    # constants and clocks of the optimizers
    "momentum": Kind("momentum", "μ", r"\mu", "how much of the last move is kept"),
    "damped": Kind("damped", "1 − d", "1 - d", "how much of the gradient is let in"),
    "undamped": Kind("undamped", "u", "u", "how much of this gradient is let in"),
    "undamped_next": Kind(
        "undamped_next", "new u", r"u_{{\mathrm{{new}}}}", "of the next gradient"
    ),
    "alpha": Kind("alpha", "α", r"\alpha", "how much of the average is kept"),
    "rest_alpha": Kind(
        "rest_alpha", "1 − α", r"1 - \alpha", "the share of the new square", stem="(1 − α)"
    ),
    "beta1": Kind("beta1", "β₁", r"\beta_1", "how much of the mean is kept"),
    "rest1": Kind(
        "rest1", "1 − β₁", r"1 - \beta_1", "the share of the new gradient", stem="(1 − β₁)"
    ),
    "beta2": Kind("beta2", "β₂", r"\beta_2", "how much of the mean square is kept"),
    "rest2": Kind(
        "rest2", "1 − β₂", r"1 - \beta_2", "the share of the new square", stem="(1 − β₂)"
    ),
    "eps": Kind("eps", "ε", r"\epsilon", "what keeps the divisor from 0"),
    "one": Kind("one", "1", "1", "one"),
    "beta1_t": Kind(
        "beta1_t", "β₁ᵗ⁻¹", r"\beta_1^{{t-1}}", "β₁ to the power of the updates so far"
    ),
    "beta2_t": Kind(
        "beta2_t", "β₂ᵗ⁻¹", r"\beta_2^{{t-1}}", "β₂ to the power of the updates so far"
    ),
    "beta1_t_next": Kind("beta1_t_next", "β₁ᵗ", r"\beta_1^t", "β₁ to the power of the updates"),
    "beta2_t_next": Kind("beta2_t_next", "β₂ᵗ", r"\beta_2^t", "β₂ to the power of the updates"),
    "correction1": Kind(
        "correction1", "1 − β₁ᵗ", r"1 - \beta_1^t", "what the mean lacks", stem="(1 − β₁ᵗ)"
    ),
    "correction2": Kind(
        "correction2", "1 − β₂ᵗ", r"1 - \beta_2^t", "what the mean square lacks", stem="(1 − β₂ᵗ)"
    ),
    # update
    "m": Kind(
        "m_{tag}{l}",
        "m({p})",
        r"m({p})",
        "the running mean of the gradients",
        stem="m",
        public=True,
        role="state",
    ),
    "m_next": Kind(
        "m_{tag}{l}_next",
        "new m({p})",
        r"m({p})_{{\mathrm{{new}}}}",
        "the running mean after it",
        stem="new m",
        public=True,
    ),
    "m_kept": Kind(
        "m_kept_{tag}{l}",
        "m kept",
        r"m_{{\mathrm{{kept}}}}",
        "what is kept of the mean",
        stem="m kept",
    ),
    "m_fresh": Kind(
        "m_fresh_{tag}{l}",
        "m fresh",
        r"m_{{\mathrm{{fresh}}}}",
        "what is new in the mean",
        stem="m fresh",
    ),
    "m_ahead": Kind(
        "m_ahead_{tag}{l}", "μ new m", r"\mu m_{{\mathrm{{new}}}}", "a look ahead", stem="μ new m"
    ),
    "m_hat": Kind("m_hat_{tag}{l}", "m̂({p})", r"\hat m({p})", "the mean, corrected", stem="m̂"),
    "v": Kind(
        "v_{tag}{l}",
        "v({p})",
        r"v({p})",
        "the running mean of the squares",
        stem="v",
        role="state",
        public=True,
    ),
    "v_next": Kind(
        "v_{tag}{l}_next",
        "new v({p})",
        r"v({p})_{{\mathrm{{new}}}}",
        "the mean square after it",
        stem="new v",
        public=True,
    ),
    "v_kept": Kind(
        "v_kept_{tag}{l}",
        "v kept",
        r"v_{{\mathrm{{kept}}}}",
        "what is kept of the mean square",
        stem="v kept",
    ),
    "v_fresh": Kind(
        "v_fresh_{tag}{l}",
        "v fresh",
        r"v_{{\mathrm{{fresh}}}}",
        "what is new in the mean square",
        stem="v fresh",
    ),
    "v_hat": Kind(
        "v_hat_{tag}{l}", "v̂({p})", r"\hat v({p})", "the mean square, corrected", stem="v̂"
    ),
    "gradient_squared": Kind(
        "gradient_squared_{tag}{l}",
        "(∂{C}/∂{p})²",
        r"(\partial {C}/\partial {p})^2",
        "the gradient, squared",
        stem="gradient²",
    ),
    "root": Kind("root_{tag}{l}", "√v", r"\sqrt{{v}}", "the root of the mean square", stem="√v"),
    "denominator": Kind(
        "denominator_{tag}{l}", "√v + ε", r"\sqrt{{v}} + \epsilon", "the divisor", stem="divisor"
    ),
    "direction": Kind(
        "direction_{tag}{l}", "direction({p})", r"d({p})", "which way to move", stem="direction"
    ),
    "step_x": Kind(
        "step_x",
        "η ∂{C}/∂{a}",
        r"\eta\,\partial {C}/\partial {a}",
        "the move",
        stem="step",
        role="step",
        moves="x",
        form="units",
    ),
    "step_Wb": Kind(
        "step_Wb{l}",
        "η ∂{C}/∂{Wb}",
        r"\eta\,\partial {C}/\partial {Wb}",
        "the move",
        stem="step",
        role="step",
        moves="Wb",
        form="folded",
    ),
    "x_next": Kind(
        "x_next",
        "new {a}",
        r"{a}_{{\mathrm{{new}}}}",
        "the inputs after it",
        stem="new {a}",
        moves="x",
        form="units",
        public=True,
    ),
    "Wb_next": Kind(
        "Wb{l}_next",
        "new {Wb}",
        r"{W}_{{b,\mathrm{{new}}}}",
        "biases and weights after it",
        stem="new {w}",
        moves="Wb",
        form="folded",
        public=True,
    ),
    "step_W": Kind(
        "step_W{l}",
        "η ∂{C}/∂{W}",
        r"\eta\,\partial {C}/\partial {W}",
        "the move",
        stem="step",
        role="step",
        moves="W",
        form="weights",
    ),
    "step_b": Kind(
        "step_b{l}",
        "η ∂{C}/∂{b}",
        r"\eta\,\partial {C}/\partial {b}",
        "the move",
        stem="step",
        role="step",
        moves="b",
        form="biases",
    ),
    "W_next": Kind(
        "W{l}_next",
        "new {W}",
        r"{W}_{{\mathrm{{new}}}}",
        "the weights after it",
        stem="new {w}",
        moves="W",
        form="weights",
        public=True,
    ),
    "b_next": Kind(
        "b{l}_next",
        "new {b}",
        r"{b}_{{\mathrm{{new}}}}",
        "the biases after it",
        stem="new {b}",
        moves="b",
        form="biases",
        public=True,
    ),
}
