/// predict: one row of output a row of data, in row order, whatever the number of ranks.
#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/output_path.h"
#include "cli/prediction_output.h"
#include "cli/stored_settings.h"
#include "comm/agreement.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_share.h"
#include "io/file_system.h"
#include "io/hdf5_input.h"
#include "risk/prediction.h"
#include "run/evaluation_memory.h"
#include "run/problem.h"
#include "run/run_folder.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// A header of predict's: an id perhaps, prediction, probabilities perhaps, and nothing else.
bool is_header_of_predictions(std::string_view line) {
  bool has_prediction = false;
  try {
    TextFields fields(line, ',');
    TextField field;
    for (int i = 0; fields.next(field); ++i) {
      const bool is_prediction = !has_prediction && i < 2 && field.text == "prediction";
      if (!is_prediction && (has_prediction ? !field.text.starts_with("p_") : i > 0)) {
        return false;
      }
      has_prediction |= is_prediction;
    }
  } catch (const ContentError&) {  // no line of fields
    return false;
  }
  return has_prediction;
}

/// True for an empty file and for one that has the header or the datasets of predict's, and no others.
bool holds_predictions(const PredictSettings& settings) {
  const InputFile file(settings.output);
  if (file.size() == 0) {
    return true;
  }
  if (settings.format == PredictionFormat::hdf5) {
    try {
      const std::vector<std::string> names = Hdf5Input::open(settings.output).names();
      return std::ranges::count(names, "prediction") == 1 && std::ranges::all_of(names, [](const std::string& name) {
               return name == "id" || name == "prediction" || name == "class_names" || name == "probability";
             });
    } catch (const DataError&) {  // no HDF5, or a damaged one
      return false;
    }
  }
  constexpr std::size_t kMostHeader = std::size_t{1} << 16;
  const std::string head = file.head(kMostHeader);
  return is_header_of_predictions(std::string_view(head).substr(0, head.find('\n')));
}

/// Before anything is read: the output may not be found wanting after hours.
void require_writable(const PredictSettings& settings) {
  const std::string& output = settings.output;
  if (settings.format == PredictionFormat::standard_output) {
    return;
  }
  std::vector<InputName> inputs = inputs_of(settings.data, "--data");
  inputs.push_back({"--model-file", settings.model_file});
  if (is_output_there(output, inputs) && !holds_predictions(settings)) {
    throw Error(ExitCode::cannot_create,
                output + ": holds what predict did not write, and would be replaced; choose another --output");
  }
}

/// What `rank` has, to rank 0. Collective.
void move_to_root(std::string& bytes, int rank, Communicator& comm) {
  if (rank == 0) {
    return;
  }
  std::int64_t length = std::ssize(bytes);
  if (comm.rank() == rank) {
    comm.send(0, std::as_bytes(std::span(&length, 1)));
    comm.send(0, std::as_bytes(std::span(bytes)));
  } else if (comm.rank() == 0) {
    comm.receive(rank, std::as_writable_bytes(std::span(&length, 1)));
    bytes.resize(static_cast<std::size_t>(length));
    comm.receive(rank, std::as_writable_bytes(std::span(bytes)));
  }
}

/// Portions of the ranks' rows, which are consecutive in rank order. Collective.
void write_predictions(const PredictSettings& settings, const ModelFile& file, const Dataset& data,
                       const Margins& margins, Communicator& comm, Console& console) {
  constexpr std::int64_t kPortionNumbers = std::int64_t{1} << 18;
  const std::int64_t height = std::max<std::int64_t>(1, kPortionNumbers / file.model.outputs);
  const std::vector<std::int64_t> rows_of_rank = all_gather_value(comm, std::int64_t{data.rows});
  std::unique_ptr<PredictionOutput> output;
  agree(comm, [&] { output = make_prediction_output(settings, file, comm.rank() == 0, console); });
  for (int rank = 0; rank < comm.size(); ++rank) {
    const std::int64_t rows = rows_of_rank[static_cast<std::size_t>(rank)];
    for (std::int64_t begin = 0; begin < rows; begin += height) {
      std::string packed;
      if (comm.rank() == rank) {
        const std::int64_t count = std::min(height, rows - begin);
        const auto at = [&](std::int64_t row) { return static_cast<std::size_t>(row * file.model.outputs); };
        const Predictions predictions =
            predict_rows(file.model.task(), std::span(margins).subspan(at(begin), at(count)), file.model.outputs);
        const auto ids = data.id.empty() ? std::span<const std::string>()
                                         : std::span(data.id).subspan(static_cast<std::size_t>(begin),
                                                                      static_cast<std::size_t>(count));
        packed = output->pack({ids, predictions});
      }
      move_to_root(packed, rank, comm);
      on_root(comm, [&] { output->write(packed); });
    }
  }
  on_root(comm, [&] { output->finish(); });
}

}  // namespace

ExitCode run_predict(const PredictSettings& settings, Communicator& comm, Console& console) {
  on_root(comm, [&] { require_writable(settings); });
  const Execution execution(comm, survey_cores(comm, settings.threads, process_environment()).threads);
  const ModelFile file = load_model(settings.model_file, comm);
  ReadSettings read = settings.data;
  read.label_optional = true;
  StoredColumns columns;
  agree(comm, [&] {
    if (settings.probabilities && (!file.model.is_classifier() || file.model.task() == Task::binary_score)) {
      throw UsageError(fmt::format("--proba: the model ({}) has no probabilities", to_string(file.model.kind)));
    }
    columns = with_stored_columns(read, file, settings.model_file);
  });
  for (const std::string& notice : notices_of(columns)) {
    console.warning(notice);
  }
  const Dataset data = load_data_within(columns.read, file, settings.memory, "predict", execution);
  for (const std::string& notice : data.notices) {
    console.warning(notice);
  }
  const auto model = make_model(file.model);
  const Margins margins = compute_margins(data, *model, file.parameters, execution);
  require_finite(RowResult::prediction, data, margins, file.model.task(), {}, settings.data.path, comm);
  write_predictions(settings, file, data, margins, comm, console);
  if (settings.format != PredictionFormat::standard_output) {
    console.info(fmt::format("{} predictions in {}", data.partition.rows, settings.output));
  }
  return ExitCode::success;
}

}  // namespace lockstep
