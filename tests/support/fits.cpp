#include "support/fits.h"

#include "risk/column_scaling.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace lockstep::testing {

std::vector<SmoothModel> smooth_models() {
  std::vector<SmoothModel> models;
  for (ModelCase& model : linear_models()) {
    using namespace reference_losses;
    const std::vector<std::pair<std::string, SmoothModel>> known = {
        {"linear", {{}, squared}},
        {"adaline", {{}, adaline}},
        {"huber", {{}, huber(kDelta)}},
        {"logistic", {{}, logistic}},
        {"squared_hinge", {{}, squared_hinge}},
        {"softmax", {{}, softmax, 3}},
        {"poisson", {{}, poisson}},
        {"gamma", {{}, gamma}},
    };
    const auto found = std::ranges::find(known, model.name, &std::pair<std::string, SmoothModel>::first);
    if (found != known.end()) {
      models.push_back({std::move(model), found->second.loss, found->second.outputs});
    }
  }
  return models;
}

RawData Table::raw() const {
  RawData raw;
  raw.total_rows = x.rows();
  raw.schema.set_class_names(class_names);
  RowBlock& block = raw.block;
  block.rows = x.rows();
  block.features = x.cols();
  block.is_dense = !is_sparse;
  block.row_start.assign(is_sparse ? 1 : 0, 0);
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index j = 0; j < x.cols(); ++j) {
      if (!is_sparse) {
        block.dense.push_back(x(i, j));
      } else if (x(i, j) != 0) {
        block.column.push_back(static_cast<std::int32_t>(j));
        block.value.push_back(x(i, j));
      }
    }
    if (is_sparse) {
      block.row_start.push_back(std::ssize(block.value));
    }
  }
  block.label.assign(y.begin(), y.end());
  return raw;
}

ReferenceProblem Table::reference(const SmoothModel& model, double l2) const {
  ReferenceProblem problem;
  problem.x = x.cast<Real>();
  problem.y = y.cast<Real>();
  problem.outputs = model.outputs;
  problem.loss = model.loss;
  problem.l2 = l2;
  return problem;
}

Table made_table(const MadeData& made, LabelStyle style) {
  Table table;
  table.is_sparse = made.sparse;
  table.x.resize(made.rows, made.features);
  for (Index i = 0; i < made.rows; ++i) {
    for (Index j = 0; j < made.features; ++j) {
      table.x(i, j) = made_entry(made, i, j);
    }
  }
  const RawData raw = made_share(made, style, 0, 1);
  table.y = Eigen::Map<const Vector>(raw.block.label.data(), made.rows);
  table.class_names = raw.schema.class_names();
  return table;
}

Fit fit(const Table& table, const Model& model, const DescentMethod& method, const FitSettings& settings) {
  SerialCommunicator comm;
  Dataset data = make_dataset(table.raw(), {}, comm);
  scale_columns(data, settings.l2, Execution(comm, 1));
  EmpiricalRisk risk(data, model, Penalty(settings.l2, model.penalised(), settings.l1), {}, Execution(comm, 1));
  DescentRun run = run_descent(risk, method, Vector::Zero(model.dimension()), settings.descent);
  return {run.summary, run.state.iteration, run.state.parameters};
}

double margin_distance(RealMatrix a, const RealMatrix& b) {
  a -= b;
  if (a.cols() > 1) {
    a.colwise() -= a.rowwise().mean().eval();
  }
  return static_cast<double>(a.cwiseAbs().maxCoeff());
}

}  // namespace lockstep::testing
