#include "model/row_terms.h"

namespace lockstep {

namespace {

void reserve(Workspace& scratch, Index count, Index stride) {
  const auto size = static_cast<std::size_t>(padded(count) * stride);
  for (AlignedVector<double>* buffer : {&scratch.margin, &scratch.target, &scratch.weight, &scratch.loss,
                                        &scratch.slope, &scratch.curvature, &scratch.direction}) {
    if (buffer->size() < size) {
      buffer->resize(size);
    }
  }
}

}  // namespace

void load_rows(const RowSet& set, const Rows& rows, std::span<const double> class_weights, Index stride,
               Workspace& scratch) {
  reserve(scratch, rows.count, stride);
  for (Index i = 0; i < rows.count; ++i) {
    const auto row = static_cast<std::size_t>(rows.row(i));
    const auto to = static_cast<std::size_t>(i);
    const double label = set.label.empty() ? 0.0 : set.label[row];  // none is read for predictions
    const double weight = set.weight.empty() ? 1.0 : set.weight[row];
    scratch.target[to] = label;
    scratch.weight[to] = class_weights.empty() ? weight : weight * class_weights[static_cast<std::size_t>(label)];
  }
  for (auto i = static_cast<std::size_t>(rows.count); i < static_cast<std::size_t>(padded(rows.count)); ++i) {
    scratch.target[i] = 0;
    scratch.weight[i] = 0;
  }
}

}  // namespace lockstep
