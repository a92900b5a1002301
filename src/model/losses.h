/// Losses that not only the registry of models makes: one file each.
#pragma once

#include "lockstep/model/pointwise_loss.h"

#include <memory>

namespace lockstep {

std::unique_ptr<PointwiseLoss> make_squared_loss();
std::unique_ptr<PointwiseLoss> make_huber_loss(double delta);  ///< δ > 0
std::unique_ptr<PointwiseLoss> make_poisson_loss();
std::unique_ptr<PointwiseLoss> make_gamma_loss();
std::unique_ptr<PointwiseLoss> make_logistic_loss();
std::unique_ptr<PointwiseLoss> make_perceptron_loss();
std::unique_ptr<PointwiseLoss> make_adaline_loss();
std::unique_ptr<PointwiseLoss> make_squared_hinge_loss();

}  // namespace lockstep
