#include "run/problem.h"

#include "base/test_failure.h"
#include "comm/agreement.h"
#include "data/class_label.h"
#include "data/split.h"
#include "fit/class_weights.h"
#include "fit/column_scales.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "risk/column_scaling.h"
#include "run/data_columns.h"
#include "run/label_support.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Targets of a regression, rather than the names of classes.
bool has_fractions(const std::vector<std::string>& classes) {
  return std::ranges::all_of(classes, is_number) &&
         std::ranges::any_of(classes, [](const std::string& name) { return name.find('.') != std::string::npos; });
}

void require_classes(const TrainSettings& settings, const std::vector<std::string>& classes, const std::string& place) {
  const bool has_many = settings.model.task() == Task::multiclass;
  if (has_many ? classes.size() >= 2 : classes.size() == 2) {
    return;
  }
  throw Agreed<DataError>(
      {settings.data.path, 0, 0},
      fmt::format("{} needs labels of two classes{} (saw {}: {}){}; {}", to_string(settings.model.kind),
                  has_many ? " or more" : "", classes.size(), listed(classes), place,
                  classes.size() <= 2      ? "is --label-column right?"
                  : has_fractions(classes) ? "use --model linear if they are numbers to be predicted, or is "
                                             "--label-column wrong?"
                                           : "use --model softmax, or is --label-column wrong?"));
}

/// The training rows that are left when others are held out.
void require_every_class(const TrainSettings& settings, const RawData& raw, Communicator& comm) {
  for (std::size_t k = 0; k < raw.schema.class_names().size(); ++k) {
    if (all_sum(comm, std::ranges::count(raw.block.label, static_cast<double>(k))) == 0) {
      throw Agreed<DataError>(
          {settings.data.path, 0, 0},
          fmt::format("no row of class {} is left for training by --validation {}; choose another fraction "
                      "or --seed",
                      printable(raw.schema.class_names()[k]), settings.validation.rows.text));
    }
  }
}

std::int64_t count_entries(const RowBlock& block) {
  return block.is_dense ? std::ranges::count_if(block.dense, [](double x) { return x != 0; }) : std::ssize(block.value);
}

/// Columns may be absent on a rank without rows.
std::int64_t count_columns(const RowBlock& block, Communicator& comm) {
  std::int64_t columns = 0;
  for (const std::vector<double>* column : {&block.label, &block.weight, &block.offset}) {
    columns += all_sum(comm, std::ssize(*column)) > 0 ? 1 : 0;
  }
  return columns;
}

DataShape shape_of_raw(const RawData& raw, const std::optional<RawData>& held_out, Communicator& comm) {
  DataShape shape;
  shape.rows = raw.total_rows;
  shape.features = raw.block.features;
  shape.stored_entries = all_sum(comm, count_entries(raw.block));
  shape.columns = count_columns(raw.block, comm);
  shape.reader_bytes = raw.reader_bytes;
  shape.is_read_dense = raw.block.is_dense;
  shape.is_text = format_row(raw.format).is_text;
  if (held_out) {
    shape.held_out_rows = held_out->total_rows;
    shape.held_out_entries = all_sum(comm, count_entries(held_out->block));
  }
  return shape;
}

LayoutSettings layout_of(const TrainSettings& settings, const ModelDescription& model, int threads) {
  LayoutSettings layout;
  layout.threads = threads;
  layout.parameters = model.dimension();
  layout.access = access_of(settings, model);
  layout.lanes = is_mini_batch(settings.fit.optimizer) ? settings.fit.lanes : 0;
  return layout;
}

/// A fixed learning rate is one of the parameters as they are; what chooses its own steps is freed of their units.
bool scales_columns(const TrainSettings& settings, const ModelDescription& model) {
  const bool has_fixed_rate =
      optimizer_row(settings.fit.optimizer).takes_learning_rate && settings.fit.learning_rate > 0;
  return !model.is_network() && !is_mini_batch(settings.fit.optimizer) && !has_fixed_rate;
}

ReadSettings for_model(ReadSettings read, const ModelFile& file) {
  read.label_kind = read.label_optional ? LabelKind::none : label_kind(file.model.kind, file.model.loss);
  read.expected_names = file.schema.feature_names();
  read.expected_features = file.model.features;
  read.expected_classes = file.schema.class_names();
  return read;
}

/// The held-out rows of a file of their own, read as the training rows were.
RawData read_held_out(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm) {
  ModelFile like;
  like.model = problem.model;
  like.schema = problem.rows.schema;
  StoredColumns columns;
  agree(comm, [&] { columns = held_out_columns(settings, like); });
  RawData held_out = read_data(for_model(columns.read, like), comm);
  if (!columns.notice.empty()) {
    held_out.notices.push_back(columns.notice);
  }
  return held_out;
}

TrainingProblem make_problem(const TrainSettings& settings, const Execution& execution, RawData raw,
                             const BeforeLayout& before_layout) {
  if (settings.data.label_kind == LabelKind::classes) {
    require_classes(settings, raw.schema.class_names(), raw.label_place);
  }
  std::optional<RawData> held_out;
  if (settings.validation.rows.fraction > 0) {
    auto [training, validation] =
        split_rows(std::move(raw), settings.validation.rows.fraction, settings.fit.seed, execution.comm());
    raw = std::move(training);
    require_every_class(settings, raw, execution.comm());
    held_out = std::move(validation);
  }
  TrainingProblem problem;
  problem.model = describe_model(settings.model, raw.block.features, std::ssize(raw.schema.class_names()));
  problem.shape = shape_of_raw(raw, held_out, execution.comm());
  if (before_layout) {
    before_layout(problem.model, problem.shape);
  }
  problem.class_weights = class_weights(settings.model.class_weights, raw, execution.comm());
  if (is_mini_batch(settings.fit.optimizer) || problem.model.is_network()) {
    problem.column_reaches = column_reaches(raw.block, execution.comm());
  }
  const std::string unbounded =
      is_mini_batch(settings.fit.optimizer) ? unbounded_columns(settings, raw, execution.comm()) : "";
  problem.rows =
      make_dataset(std::move(raw), layout_of(settings, problem.model, execution.threads()), execution.comm());
  if (scales_columns(settings, problem.model)) {
    scale_columns(problem.rows, settings.penalty.l2, execution);
  }
  if (!unbounded.empty()) {
    problem.rows.notices.push_back(unbounded);
  }
  require_label_support(settings, problem, execution.comm());
  if (!held_out && !settings.validation.rows.empty()) {
    held_out = read_held_out(settings, problem, execution.comm());
  }
  if (held_out) {
    LayoutSettings layout = layout_of(settings, problem.model, execution.threads());
    layout.lanes = 0;
    problem.validation = make_dataset(std::move(*held_out), layout, execution.comm());
  }
  return problem;
}

}  // namespace

ReadSettings held_out_settings(const TrainSettings& settings) {
  ReadSettings read = settings.data;
  read.path = settings.validation.rows.text;
  read.labels = settings.validation.labels;
  read.labels_option = "--validation-labels";
  return read;
}

StoredColumns held_out_columns(const TrainSettings& settings, const ModelFile& like) {
  StoredColumns result;
  result.read = held_out_settings(settings);
  const DataColumns columns(result.read);
  if (columns.is_table_without_header()) {
    return columns_by_position(without_columns(std::move(result.read)), settings.data, like, columns.count());
  }
  if (result.read.label_column.empty()) {
    result.read.label_column = columns.label_of_model(like.schema.label_name());
  }
  return result;
}

Access access_of(const TrainSettings& settings, const ModelDescription& model) {
  return is_mini_batch(settings.fit.optimizer) || model.is_network() ? Access::mini_batch : Access::full_batch;
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

TrainingProblem load_problem(const TrainSettings& settings, const Execution& execution,
                             const BeforeLayout& before_layout) {
  RawData raw = read_data(settings.data, execution.comm());
  test_failure(TestPhase::reading);
  const std::vector<std::string> notices = raw.notices;
  return with_notices(notices, [&] { return make_problem(settings, execution, std::move(raw), before_layout); });
}

TrainingProblem load_problem_for_model(TrainSettings settings, const ModelFile& file, const Execution& execution) {
  settings.data = for_model(std::move(settings.data), file);
  TrainingProblem problem = load_problem(settings, execution);
  ModelDescription described = file.model;
  described.precision = problem.model.precision;
  if (!(problem.model == described)) {
    throw Agreed<DataError>("the model file's configuration does not describe its parameters");
  }
  return problem;
}

Dataset load_data_for_model(ReadSettings read, const ModelFile& file, const Execution& execution) {
  LayoutSettings layout;
  layout.threads = execution.threads();
  layout.parameters = file.model.dimension();
  layout.access = file.model.is_network() ? Access::mini_batch : Access::full_batch;
  const std::string path = read.path;
  RawData raw = read_data(for_model(std::move(read), file), execution.comm());
  if (raw.schema.feature_names().empty() && !file.schema.feature_names().empty()) {
    raw.notices.push_back(path + ": names no columns, though the model does: its features are taken by their places");
  }
  return make_dataset(std::move(raw), layout, execution.comm());
}

void require_finite(RowResult result, const Dataset& data, const Margins& margins, Task task,
                    std::span<const double> weights, const std::string& path, Communicator& comm) {
  const std::string overflow = overflow_text(result, data, margins, task, weights, comm);
  if (!overflow.empty()) {
    throw Agreed<DataError>(fmt::format("{}: {}; are there huge values in it?", path, overflow));
  }
}

}  // namespace lockstep
