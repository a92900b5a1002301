/// convert: any file of data as HDF5, row by row. Rank 0 does it alone: the file is one.
#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/output_path.h"
#include "comm/agreement.h"
#include "data/file_reader.h"
#include "data/row_stream.h"
#include "data/schema_image.h"
#include "fit/model_description.h"
#include "io/printable.h"
#include "run/free_space.h"
#include "run/plan.h"
#include "run/run_folder.h"
#include "run/stop_monitor.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

ReadSettings settings_of_input(const ConvertSettings& settings) {
  ReadSettings read = settings.data;
  read.label_kind =
      settings.model.empty() ? LabelKind::real : label_kind(model_kind(settings.model), NetworkLoss::cross_entropy);
  return read;
}

/// Bytes of the output about, from the head of the input.
double expected_bytes(const ConvertSettings& settings, ReadSettings read) {
  constexpr std::int64_t kHeadBytes = std::int64_t{1} << 20;
  SerialCommunicator alone;
  read.head_bytes = kHeadBytes;
  double bytes = 0;
  with_reader(read, alone, [&](FileReader& reader, const FormatRow&, const ReadSettings& as) {
    std::int64_t entries = 0;
    RowStream rows(
        reader.outline(), as, Scalar::float64, [&](const RowBlock& block) { entries += std::ssize(block.value); },
        [](const auto&) {});
    reader.read(rows, alone);
    rows.drain();
    const FileOutline& outline = reader.outline();
    const auto read_rows = static_cast<double>(std::max<std::int64_t>(1, rows.rows()));
    const double all_rows = outline.rows_in_file >= 0     ? static_cast<double>(outline.rows_in_file)
                            : outline.whole_over_read > 0 ? outline.whole_over_read * read_rows
                                                          : read_rows;
    bytes = hdf5_row_bytes(outline.schema, all_rows, static_cast<double>(entries) * all_rows / read_rows,
                           outline.is_dense, settings.storage.type);
  });
  return bytes;
}

/// What is said of the schema once it is known: "label 'species' (3 classes)".
std::string label_text(const Schema& schema) {
  const Column* label = schema.find(ColumnRole::label);
  if (label == nullptr) {
    return "no label";
  }
  const std::string name = label->name.empty() ? "labels" : fmt::format("label '{}'", printable(label->name));
  return label->levels.empty() ? name + " (numbers)" : fmt::format("{} ({} classes)", name, label->levels.size());
}

/// One reading of the file, from its begin.
void convert_rows(const ConvertSettings& settings, FileReader& reader, const ReadSettings& read, Console& console) {
  SerialCommunicator alone;
  const FileOutline& outline = reader.outline();
  const std::string folder = folder_of(settings.output);
  const double bytes = expected_bytes(settings, read);
  if (!settings.storage.compress) {
    require_room(settings.output, folder, bytes);
  }
  console.info(fmt::format("convert: about {} to be written to {}{}; {} are free", bytes_text(bytes), settings.output,
                           settings.storage.compress ? " before compression" : "", bytes_text(free_bytes(folder))));
  PosixFileSystem files;
  Hdf5Output output(files, folder, name_of(settings.output));
  Hdf5RowWriter writer(output, outline.schema, outline.is_dense, settings.storage);
  RowStream rows(
      outline, read, settings.storage.type, [&](const RowBlock& block) { writer.append(block); },
      [&](const std::function<double(double)>& value) { writer.recode_labels(value); });
  std::vector<std::string> notices = outline.notices;
  Schema schema;
  with_notices(notices, [&] {
    reader.read(rows, alone);
    schema = outline.schema;
    std::vector<std::string> classes = rows.finish(outline.label_place, notices);
    if (schema.find(ColumnRole::label) != nullptr) {
      schema.set_class_names(std::move(classes));
    }
    if (rows.rows() == 0) {
      throw DataError(read.path + ": no rows of data");
    }
  });
  writer.finish(schema);
  write_schema(schema, output);
  output.finish();
  if (!schema.formula.empty() && !parse_formula(schema.formula.text, {}).has_intercept) {
    notices.push_back(settings.output +
                      ": holds features alone: the formula has no intercept, so train on it with "
                      "--no-intercept");
  }
  for (const std::string& notice : notices) {
    console.warning(notice);
  }
  console.info(fmt::format("{} rows × {} features, {}, in {} ({})", rows.rows(), schema.features(), label_text(schema),
                           settings.output, bytes_text(static_cast<double>(output.bytes()))));
}

}  // namespace

ExitCode run_convert(const ConvertSettings& given, Communicator& comm, Console& console) {
  const int threads = survey_cores(comm, given.storage.threads, process_environment()).threads;
  on_root(comm, [&] {
    ConvertSettings settings = given;
    settings.storage.threads = threads;
    require_new_output(settings.output, inputs_of(settings.data, "--data"), settings.overwrite);
    const StopMonitor monitor(0);
    SerialCommunicator alone;
    settings.data.threads = threads;
    const std::vector<std::string> notices = with_reader(
        settings_of_input(settings), alone, [&](FileReader& reader, const FormatRow&, const ReadSettings& read) {
          convert_rows(settings, reader, read, console);
        });
    for (const std::string& notice : notices) {
      console.warning(notice);
    }
  });
  return ExitCode::success;
}

}  // namespace lockstep
