/// Divergence: a run that ends far above where it started, though F is finite. Its steps are too long for the data.
///
///   far above (F₀, σ₀)    F > F₀ + 1000 σ₀        σ₀: size of the terms of F₀
///
/// Two points are known without training: the first step's, of whose rows F₀ is at hand, and w = 0, where the features
/// say nothing. A diverged run is far above both. F is judged over all rows where the run ends: batches are noisy, and
/// first steps that are too long often come back, as do those of a schedule that decays.
///
/// Where σ₀ is 0 at w = 0 (perceptron; linear with labels 0) F has no scale, and nothing finite is far above it.
#pragma once

#include "lockstep/objective/objective.h"
#include "lockstep/optim/state.h"

#include <cstdint>
#include <optional>

namespace lockstep {

/// Keeps in the state since when F has been above its start: in the mean over the steps since, for a batch alone tells
/// little, by more than the size of its terms there. `at`: F before a step, over its rows; `step`: steps before it.
void watch_for_rise(const Evaluation& at, std::int64_t step, DivergenceState& state);

/// The number of steps before the one that saw the rise begin, where the run has diverged. `end`: F over all rows at
/// the final parameters; where it is far above the start, w = 0 takes one more pass. Collective.
std::optional<std::int64_t> diverged_after(Objective& objective, const Evaluation& end, const OptimizerState& state);

}  // namespace lockstep
