#include "run/problem.h"

#include "base/test_failure.h"
#include "comm/agreement.h"
#include "data/data_input.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "run/data_columns.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

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

/// The held-out rows of a file of their own, read as the training rows were.
HeldOut read_held_out(const TrainSettings& settings, const TrainingProblem& problem, const Execution& execution) {
  Communicator& comm = execution.comm();
  ModelFile like;
  like.model = problem.model;
  like.schema = problem.rows.schema;
  StoredColumns columns;
  agree(comm, [&] { columns = held_out_columns(settings, like); });
  ReadSettings read = settings_for_model(columns.read, like);
  read.threads = execution.threads();
  HeldOut held_out;
  held_out.raw = read_data(read, comm);
  if (!columns.notice.empty()) {
    held_out.raw.notices.push_back(columns.notice);
  }
  held_out.survey = survey_rows(held_out.raw, comm);
  return held_out;
}

/// Rows held out are split off, or read from a file of their own once the training rows are laid out.
TrainingProblem problem_of(const TrainSettings& settings, const Execution& execution, RawData raw,
                           const BeforeLayout& before_layout) {
  const std::string& source = settings.data.path;
  require_classes(settings, raw, source);
  if (raw.features && settings.validation.rows.fraction > 0) {
    require_good_rows(raw, execution.comm());  // of both parts, in the order of the file
  }
  std::optional<HeldOut> held_out;
  RowSplit split;
  if (settings.validation.rows.fraction > 0) {
    split = RowSplit(settings.validation.rows.fraction, settings.fit.seed, raw.block, execution.comm());
    auto [training, validation] = split_rows(std::move(raw), split, execution.comm());
    raw = std::move(training);
    require_every_class(settings, raw, execution.comm());
    held_out = HeldOut{std::move(validation), {}};
    held_out->survey = survey_rows(held_out->raw, execution.comm());
  }
  TrainingProblem problem =
      make_problem(settings, source, std::move(raw), held_out ? &*held_out : nullptr, execution, before_layout);
  problem.split = std::move(split);
  if (!held_out && !settings.validation.rows.empty()) {
    held_out = read_held_out(settings, problem, execution);
  }
  if (held_out) {
    hold_out(settings, std::move(*held_out), execution, problem);
  }
  return problem;
}

}  // namespace

ReadSettings settings_for_model(ReadSettings read, const ModelFile& file) {
  read.label_kind = read.label_optional ? LabelKind::none : label_kind(file.model.kind, file.model.loss);
  read.expected = file.schema;
  if (read.expected.find(ColumnRole::feature) == nullptr && read.expected.formula.empty()) {
    read.expected.columns.push_back({.feature = 0, .width = 0});
  }
  read.features_apart = true;
  return read;
}

ReadSettings held_out_settings(const TrainSettings& settings) {
  ReadSettings read = settings.data;
  read.path = settings.validation.rows.text;
  read.standard_input.reset();
  read.labels = settings.validation.labels;
  read.labels_option = "--validation-labels";
  return read;
}

StoredColumns held_out_columns(const TrainSettings& settings, const ModelFile& like) {
  StoredColumns result;
  result.read = without_foreign_options(held_out_settings(settings));
  const DataColumns columns(result.read);
  if (columns.is_table_without_header()) {
    return columns_by_position(without_columns(std::move(result.read)), settings.data, like, columns.count());
  }
  ReadSettings& read = result.read;
  name_roles(like.schema, read);
  read.weight_column = columns.name_unless_usual(read.weight_column, "weight");
  read.offset_column = columns.name_unless_usual(read.offset_column, "offset");
  read.exposure_column = columns.name_unless_usual(read.exposure_column, "offset");
  if (read.label_column.empty()) {
    read.label_column = columns.label_of_model(like.schema.label_name());
  }
  return result;
}

TrainingProblem load_problem(const TrainSettings& settings, const Execution& execution,
                             const BeforeLayout& before_layout) {
  ReadSettings read = settings.data;
  read.threads = execution.threads();
  read.features_apart = true;
  RawData raw = read_data(read, execution.comm());
  test_failure(TestPhase::reading);
  const std::vector<std::string> notices = raw.notices;
  return with_notices(notices, [&] { return problem_of(settings, execution, std::move(raw), before_layout); });
}

TrainingProblem load_problem_for_model(TrainSettings settings, const ModelFile& file, const Execution& execution,
                                       const BeforeLayout& before_layout) {
  settings.data = settings_for_model(std::move(settings.data), file);
  TrainingProblem problem = load_problem(settings, execution, before_layout);
  ModelDescription described = file.model;
  described.precision = problem.model.precision;
  if (!(problem.model == described)) {
    throw Agreed<DataError>("the model file's configuration does not describe its parameters");
  }
  return problem;
}

Dataset load_data_for_model(ReadSettings read, const ModelFile& file, const Execution& execution,
                            const BeforeLayout& before_layout) {
  LayoutSettings layout;
  layout.threads = execution.threads();
  layout.parameters = file.model.dimension();
  layout.access = file.model.is_network() ? Access::mini_batch : Access::full_batch;
  const std::string path = read.path;
  read.threads = execution.threads();
  RawData raw = read_data(settings_for_model(std::move(read), file), execution.comm());
  if (raw.schema.feature_names().empty() && !file.schema.feature_names().empty()) {
    raw.notices.push_back(path + ": names no columns, though the model does: its features are taken by their places");
  }
  const RowSurvey survey = survey_rows(raw, execution.comm());
  if (before_layout) {
    layout.is_streamed = before_layout(file.model, shape_of_raw(raw, survey, execution.comm()));
  }
  return make_dataset(std::move(raw), survey, layout, execution.comm());
}

void require_finite(RowResult result, const Dataset& data, const Margins& margins, Task task,
                    std::span<const double> weights, const std::string& path, Communicator& comm) {
  const std::string overflow = overflow_text(result, data, margins, task, weights, comm);
  if (!overflow.empty()) {
    throw Agreed<DataError>(fmt::format("{}: {}; are there huge values in it?", path, overflow));
  }
}

}  // namespace lockstep
