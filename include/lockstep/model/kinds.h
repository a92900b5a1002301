/// What models answer, and what multi-layer perceptrons are made of.
#pragma once

namespace lockstep {

/// What kind of answer a model gives, and so which labels, predictions and metrics fit it.
///
/// | task         | margins z          | labels     | prediction        | metrics                     |
/// | regression   | the mean           | numbers    | z                 | mse, mae, r2                |
/// | counts       | its logarithm      | numbers ≥ 0 | e^z              | deviance (Poisson), mse, mae |
/// | positives    | its logarithm      | numbers > 0 | e^z              | deviance (gamma), mse, mae  |
/// | binary_score | a score            | two classes | class 1 if z > 0 | accuracy, auc               |
/// | binary       | log odds           | two classes | class 1 if z > 0 | accuracy, log_loss, auc     |
/// | multiclass   | K log probabilities, up to a shift | classes | the largest | accuracy, log_loss (auc for K = 2) |
///
/// Deviances are means: 2 (y log(y/μ) − y + μ) and 2 (log(μ/y) + y/μ − 1).
enum class Task { regression, counts, positives, binary_score, binary, multiclass };

/// f(z): relu max(0, z) (derivative 0 at 0); tanh; sigmoid 1 / (1 + e^−z); gelu z Φ(z) = ½ z (1 + erf(z / √2)), exact.
enum class Activation { relu, tanh, sigmoid, gelu };

enum class NetworkLoss { cross_entropy, squared };

}  // namespace lockstep
