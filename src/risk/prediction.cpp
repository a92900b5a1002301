#include "risk/prediction.h"

#include "model/softmax.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

Predictions predict_rows(Task task, std::span<const double> margins, Index outputs) {
  const auto width = static_cast<std::size_t>(outputs);
  AlignedVector<double> p(static_cast<std::size_t>(padded(outputs)));
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
        std::ranges::copy(z, p.begin());
        predictions.value.push_back(static_cast<double>(RowSoftmax(p.data(), outputs, padded(outputs)).largest));
        predictions.probability.insert(predictions.probability.end(), p.begin(), p.begin() + outputs);
        break;
    }
  }
  return predictions;
}

}  // namespace lockstep
