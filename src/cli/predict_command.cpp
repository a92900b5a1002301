/// predict: one row of output a row of data, in row order, whatever the number of ranks.
#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/stored_settings.h"
#include "comm/agreement.h"
#include "data/text_error.h"
#include "data/text_fields.h"
#include "data/text_share.h"
#include "io/durable_file.h"
#include "io/file_system.h"
#include "io/hdf5_image.h"
#include "io/hdf5_input.h"
#include "risk/prediction.h"
#include "run/problem.h"
#include "run/run_folder.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// RFC 4180: fields with separators or quotes stand in quotes.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

std::string csv_header(const PredictSettings& settings, const ModelFile& file) {
  std::string line = settings.data.id_column.empty() ? "" : csv_field(settings.data.id_column) + ",";
  line += "prediction";
  if (settings.probabilities) {
    for (const std::string& name : file.schema.class_names()) {
      line += "," + csv_field("p_" + name);
    }
  }
  return line + "\n";
}

std::string csv_rows(const PredictSettings& settings, const ModelFile& file, const Dataset& data,
                     const Predictions& predictions) {
  std::string text;
  for (std::size_t i = 0; i < predictions.value.size(); ++i) {
    if (!data.id.empty()) {
      text += csv_field(data.id[i]) + ",";
    }
    if (file.schema.class_names().empty()) {
      fmt::format_to(std::back_inserter(text), "{:.17g}", predictions.value[i]);
    } else {
      text += csv_field(file.schema.class_names()[static_cast<std::size_t>(predictions.value[i])]);
    }
    if (settings.probabilities && !file.schema.class_names().empty()) {
      const auto classes = static_cast<std::size_t>(predictions.classes);
      for (std::size_t k = 0; k < classes; ++k) {
        fmt::format_to(std::back_inserter(text), ",{:.17g}", predictions.probability[i * classes + k]);
      }
    }
    text += '\n';
  }
  return text;
}

/// The ranks' bytes one after the other, on rank 0. Collective.
std::vector<std::byte> gather(std::span<const std::byte> mine, Communicator& comm) {
  const std::vector<std::int64_t> lengths = all_gather_value(comm, static_cast<std::int64_t>(mine.size()));
  if (comm.rank() != 0) {
    comm.send(0, mine);
    return {};
  }
  std::vector<std::byte> all(mine.begin(), mine.end());
  for (int rank = 1; rank < comm.size(); ++rank) {
    const std::size_t begin = all.size();
    all.resize(begin + static_cast<std::size_t>(lengths[static_cast<std::size_t>(rank)]));
    comm.receive(rank, std::span(all).subspan(begin));
  }
  return all;
}

std::vector<double> gather_values(const std::vector<double>& mine, Communicator& comm) {
  const std::vector<std::byte> bytes = gather(std::as_bytes(std::span(mine)), comm);
  std::vector<double> all(bytes.size() / sizeof(double));
  std::ranges::copy(bytes, std::as_writable_bytes(std::span(all)).begin());
  return all;
}

/// NUL ends each text: no id holds one.
std::vector<std::string> gather_texts(const std::vector<std::string>& mine, Communicator& comm) {
  std::string joined;
  for (const std::string& text : mine) {
    joined += text + '\0';
  }
  const std::vector<std::byte> bytes = gather(std::as_bytes(std::span(joined)), comm);
  std::vector<std::string> all(bytes.empty() ? 0 : 1);
  for (const std::byte byte : bytes) {
    if (byte == std::byte{0}) {
      all.emplace_back();
    } else {
      all.back() += std::to_integer<char>(byte);
    }
  }
  all.resize(all.empty() ? 0 : all.size() - 1);
  return all;
}

/// The bytes of the output on rank 0. Collective.
std::vector<std::byte> hdf5_output(const PredictSettings& settings, const ModelFile& file, const Dataset& data,
                                   const Predictions& predictions, Communicator& comm) {
  const std::vector<std::string> id = gather_texts(data.id, comm);
  const std::vector<double> value = gather_values(predictions.value, comm);
  const std::vector<double> probability = gather_values(predictions.probability, comm);
  std::vector<std::byte> bytes;
  on_root(comm, [&] {
    Hdf5ImageWriter image;
    if (!settings.data.id_column.empty()) {
      image.write("/id", id);
    }
    image.write("/prediction", value);
    image.write("/class_names", file.schema.class_names());
    if (settings.probabilities && !file.schema.class_names().empty()) {
      image.write("/probability", probability, {std::ssize(value), predictions.classes});
    }
    bytes = image.finish();
  });
  return bytes;
}

std::string folder_of(const std::string& output) {
  const std::filesystem::path path(output);
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

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
  const std::string folder = folder_of(output);
  if (kind_of_path(folder, SystemError::Purpose::create_output) != PathKind::folder) {
    throw Error(ExitCode::cannot_create, folder + ": there is no such folder for the output");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw SystemError(SystemError::Purpose::create_output, folder, "write the output into the folder", errno);
  }
  const PathKind kind = kind_of_path(output, SystemError::Purpose::create_output);
  if (kind == PathKind::folder || kind == PathKind::other) {
    throw Error(
        ExitCode::cannot_create,
        output + (kind == PathKind::folder ? ": is a folder" : ": is no regular file") + "; choose another --output");
  }
  std::vector<InputName> inputs = inputs_of(settings.data, "--data");
  inputs.push_back({"--model-file", settings.model_file});
  require_no_input(output, inputs, "choose another --output");
  if (kind == PathKind::file && !holds_predictions(settings)) {
    throw Error(ExitCode::cannot_create,
                output + ": holds what predict did not write, and would be replaced; choose another --output");
  }
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
  const Dataset data = load_data_for_model(columns.read, file, execution);
  for (const std::string& notice : data.notices) {
    console.warning(notice);
  }
  const auto model = make_model(file.model);
  const Margins margins = compute_margins(data, *model, file.parameters, execution);
  const Task task = file.model.task();
  require_finite(RowResult::prediction, data, margins, task, {}, settings.data.path, comm);
  const Predictions predictions = predict_rows(task, margins, file.model.outputs);

  std::vector<std::byte> bytes;
  if (settings.format == PredictionFormat::hdf5) {
    bytes = hdf5_output(settings, file, data, predictions, comm);
  } else {
    const std::string rows = csv_rows(settings, file, data, predictions);
    const std::string text = (comm.rank() == 0 ? csv_header(settings, file) : "") + rows;
    bytes = gather(std::as_bytes(std::span(text)), comm);
  }
  if (settings.format == PredictionFormat::standard_output) {
    console.result(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    return ExitCode::success;
  }
  on_root(comm, [&] {
    PosixFileSystem files;
    const std::string name = std::filesystem::path(settings.output).filename().string();
    replace_durably(files, folder_of(settings.output), name, bytes);
  });
  console.info(fmt::format("{} predictions in {}", data.partition.rows, settings.output));
  return ExitCode::success;
}

}  // namespace lockstep
