#include "lockstep/objective/prediction.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace lockstep {

namespace {

/// σ(z) without overflow.
double sigmoid(double z) {
  const double e = std::exp(-std::abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

void add_softmax(std::span<const double> z, std::vector<double>& to) {
  const double largest = std::ranges::max(z);
  double sum = 0;
  for (const double x : z) {
    sum += std::exp(x - largest);
  }
  for (const double x : z) {
    to.push_back(std::exp(x - largest) / sum);
  }
}

}  // namespace

Predictions predict_rows(Task task, const Margins& margins, Index outputs) {
  const auto width = static_cast<std::size_t>(outputs);
  Predictions predictions;
  predictions.classes = task == Task::multiclass ? outputs : task == Task::binary ? 2 : 0;
  for (std::size_t begin = 0; begin + width <= margins.size(); begin += width) {
    const std::span<const double> z(margins.data() + begin, width);
    switch (task) {
      case Task::regression:
        predictions.value.push_back(z[0]);
        break;
      case Task::counts:
      case Task::positives:
        predictions.value.push_back(std::exp(z[0]));
        break;
      case Task::binary:
        predictions.probability.insert(predictions.probability.end(), {sigmoid(-z[0]), sigmoid(z[0])});
        [[fallthrough]];
      case Task::binary_score:
        predictions.value.push_back(z[0] > 0 ? 1 : 0);
        break;
      case Task::multiclass:
        predictions.value.push_back(static_cast<double>(std::ranges::max_element(z) - z.begin()));
        add_softmax(z, predictions.probability);
        break;
    }
  }
  return predictions;
}

}  // namespace lockstep
