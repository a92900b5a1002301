#include "fit/problem.h"

#include "comm/agreement.h"
#include "data/class_label.h"
#include "fit/class_weights.h"
#include "fit/column_scales.h"
#include "fit/label_support.h"
#include "lockstep/base/errors.h"
#include "lockstep/objective/objective.h"
#include "risk/column_scaling.h"
#include "risk/standardization.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Targets of a regression, rather than the names of classes.
bool has_fractions(const std::vector<std::string>& classes) {
  return std::ranges::all_of(classes, is_number) &&
         std::ranges::any_of(classes, [](const std::string& name) { return name.find('.') != std::string::npos; });
}

/// Columns may be absent on a rank without rows.
std::int64_t count_columns(const RowBlock& block, Communicator& comm) {
  std::int64_t columns = 0;
  for (const std::vector<double>* column : {&block.label, &block.weight, &block.offset}) {
    columns += all_sum(comm, std::ssize(*column)) > 0 ? 1 : 0;
  }
  return columns;
}

LayoutSettings layout_of(const LearningSettings& settings, const ModelDescription& model, int threads) {
  LayoutSettings layout;
  layout.threads = threads;
  layout.parameters = model.dimension();
  layout.access = access_of(settings, model);
  layout.lanes = settings.fit.optimizer->is_mini_batch() ? settings.fit.lanes : 0;
  return layout;
}

/// A fixed learning rate is one of the parameters as they are; what chooses its own steps is freed of their units.
bool scales_columns(const LearningSettings& settings, const ModelDescription& model) {
  const bool has_fixed_rate = settings.fit.optimizer->takes_learning_rate && settings.fit.learning_rate > 0;
  return !model.is_network() && !settings.fit.optimizer->is_mini_batch() && !has_fixed_rate;
}

}  // namespace

DataShape shape_of_raw(const RawData& raw, const RowSurvey& survey, Communicator& comm) {
  DataShape shape;
  shape.rows = raw.total_rows;
  shape.features = raw.block.features;
  shape.stored_entries = survey.stored_entries;
  shape.columns = count_columns(raw.block, comm);
  shape.reader_bytes = raw.reader_bytes;
  shape.is_read_dense = raw.block.is_dense;
  shape.has_any_row = raw.features != nullptr;
  shape.is_text = raw.format != nullptr && raw.format->is_text;
  return shape;
}

Access access_of(const LearningSettings& settings, const ModelDescription& model) {
  return settings.fit.optimizer->is_mini_batch() || model.is_network() ? Access::mini_batch : Access::full_batch;
}

ModelDescription describe_model(const ModelSettings& settings, std::int64_t features, std::int64_t classes) {
  ModelDescription model;
  model.kind = settings.kind;
  model.features = features;
  model.intercept = settings.intercept;
  for (const LossParameter& one : stored_parameters(model.kind)) {
    model.loss_parameters.*one.value = settings.loss_parameters.*one.value;
  }
  if (model.is_network()) {
    model.hidden = settings.hidden;
    model.activation = settings.activation;
    model.loss = settings.loss;
    model.precision = settings.precision;
  }
  if (model.task() == Task::multiclass) {
    model.outputs = classes;
  }
  return model;
}

void require_classes(const LearningSettings& settings, const RawData& raw, const std::string& source) {
  const std::vector<std::string>& classes = raw.schema.class_names();
  if (label_kind(settings.model.kind, settings.model.loss) != LabelKind::classes) {
    return;
  }
  const bool has_many = settings.model.task() == Task::multiclass;
  if (has_many ? classes.size() >= 2 : classes.size() == 2) {
    return;
  }
  throw Agreed<DataError>(
      {source, 0, 0},
      fmt::format("{} needs labels of two classes{} (saw {}: {}){}; {}", to_string(settings.model.kind),
                  has_many ? " or more" : "", classes.size(), listed(classes), raw.label_place,
                  classes.size() <= 2      ? "is --label-column right?"
                  : has_fractions(classes) ? "use --model linear if they are numbers to be predicted, or is "
                                             "--label-column wrong?"
                                           : "use --model softmax, or is --label-column wrong?"));
}

TrainingProblem make_problem(const LearningSettings& settings, const std::string& source, RawData raw,
                             const HeldOut* held_out, const Execution& execution, const BeforeLayout& before_layout) {
  Communicator& comm = execution.comm();
  TrainingProblem problem;
  problem.model = describe_model(settings.model, raw.block.features, std::ssize(raw.schema.class_names()));
  if (problem.model.is_network() && problem.model.features == 0) {
    throw Agreed<DataError>({source, 0, 0}, "a network needs features (saw none)");
  }
  std::optional<ColumnSigns> signs = signs_to_look_for(settings, raw);
  std::optional<ColumnReaches> reaches;
  if (settings.fit.optimizer->is_mini_batch() || problem.model.is_network()) {
    reaches.emplace(raw.block.features);
  }
  const RowSurvey survey = survey_rows(raw, comm, [&](const RowBlock& rows) {
    if (signs) {
      signs->add(rows);
    }
    if (reaches) {
      reaches->add(rows);
    }
  });
  problem.shape = shape_of_raw(raw, survey, comm);
  if (held_out != nullptr) {
    problem.shape.held_out_rows = held_out->raw.total_rows;
    problem.shape.held_out_entries = held_out->survey.stored_entries;
  }
  if (before_layout) {
    problem.shape.is_streamed = before_layout(problem.model, problem.shape);
  }
  problem.class_weights = class_weights(settings.model.class_weights, raw, comm);
  if (reaches) {
    problem.column_reaches = reaches->of_all_ranks(comm);
  }
  const std::string unbounded =
      signs ? one_sided_text(signs->one_sided(comm), raw.schema.feature_names()) : std::string();
  LayoutSettings layout = layout_of(settings, problem.model, execution.threads());
  layout.is_streamed = problem.shape.is_streamed;
  problem.rows = make_dataset(std::move(raw), survey, layout, comm);
  if (layout.access == Access::full_batch) {
    agree(comm, [&] { problem.rows.add_columns(problem.model.dimension()); });
  }
  if (settings.model.standardize) {
    const bool has_intercept = settings.model.intercept || problem.model.is_network();
    standardize_columns(problem.rows, has_intercept, !scales_columns(settings, problem.model), execution);
    problem.column_reaches.clear();
  }
  if (scales_columns(settings, problem.model) && problem.rows.column_scale.empty()) {
    scale_columns(problem.rows, settings.penalty.l2, execution);
  }
  if (!unbounded.empty()) {
    problem.rows.notices.push_back(unbounded);
  }
  require_label_support(settings, source, problem, comm);
  return problem;
}

Vector starting_parameters(const TrainingProblem& problem, std::uint64_t seed) {
  Vector start = initial_parameters(problem.model, seed);
  Structure structure;
  if (!problem.rows.deviation.empty()) {
    take_columns(problem.rows, *make_model(problem.model), structure);
  }
  return from_scaled(structure, start);
}

void hold_out(const LearningSettings& settings, HeldOut rows, const Execution& execution, TrainingProblem& problem) {
  LayoutSettings layout = layout_of(settings, problem.model, execution.threads());
  layout.lanes = 0;
  layout.is_streamed = problem.shape.is_streamed && rows.raw.features != nullptr;
  problem.validation = make_dataset(std::move(rows.raw), rows.survey, layout, execution.comm());
}

}  // namespace lockstep
