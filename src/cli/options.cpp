#include "cli/options.h"

#include "cli/option_pieces.h"
#include "data/text_cause.h"
#include "lockstep/base/errors.h"

#include <filesystem>
#include <iterator>
#include <set>

namespace lockstep {

namespace {

using Kind = Option::Kind;

void set_output(PredictSettings& settings, const std::string& text) {
  const std::string ending = std::filesystem::path(text).extension().string();
  if (text == "-" || text == "/dev/stdout") {
    settings.format = PredictionFormat::standard_output;
  } else if (equals_ignoring_case(ending, ".csv")) {
    settings.format = PredictionFormat::csv;
  } else if (equals_ignoring_case(ending, ".h5") || equals_ignoring_case(ending, ".hdf5")) {
    settings.format = PredictionFormat::hdf5;
  } else {
    throw UsageError("must end in .csv, .h5 or .hdf5, or be - for CSV on standard output");
  }
  settings.output = text;
}

Option model_file_option(std::string& target) {
  return {"model-file", "Model", "F", "model.h5 of a run; required", Kind::value, into(target), true};
}

}  // namespace

void append(std::vector<Option>& options, std::vector<Option> more) {
  options.insert(options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Option> data_options(ReadSettings& data) {
  const std::string group = "Data";
  return {
      {"data", group, "F", "data file: CSV/TSV, LIBSVM text, HDF5 or IDX; required", Kind::value, into(data.path),
       true},
      {"labels", group, "F", "IDX: file of labels (default: the data's name with images -> labels, idx3 -> idx1)",
       Kind::value, into(data.labels)},
      {"format", group, "FORMAT", "auto, csv, libsvm, hdf5 or idx (default auto: by file name ending, else by content)",
       Kind::value, into(data.format)},
      {"header", group, "",
       "CSV: whether the first line names the columns (default auto: unless it fits the lines below)", Kind::on_off,
       into(data.header)},
      {"label-column", group, "NAME", "column of labels (default: target, label, y or class, else the last; HDF5 /y)",
       Kind::value, into(data.label_column)},
      {"weight-column", group, "NAME", "column of row weights (default: none; HDF5 /weight where present)", Kind::value,
       into(data.weight_column)},
      {"offset-column", group, "NAME", "column added to the linear predictor (default: none; HDF5 /offset)",
       Kind::value, into(data.offset_column)},
      {"exposure-column", group, "NAME", "column whose logarithm is added to the offset (default: none)", Kind::value,
       into(data.exposure_column)},
      {"drop", group, "NAME,...", "columns left out (default: none); repeatable", Kind::list, into(data.drop)},
      {"x-name", group, "NAME", "HDF5 name of the features (default X)", Kind::value, into(data.x_name)},
      {"y-name", group, "NAME", "HDF5 name of the labels (default y)", Kind::value, into(data.y_name)},
  };
}

Option threads_option(int& threads) {
  return {"threads",
          "Run",
          "N",
          "threads a rank (default 0: OMP_NUM_THREADS, else the rank's share of its allowed cores)",
          Kind::value,
          [&threads](const auto& texts) {
            threads = number<int>(texts.back(), "must be a whole number below 2^31");
            if (threads < 0) {
              throw UsageError("must be at least 0");
            }
          }};
}

std::vector<Option> predict_options(PredictSettings& settings) {
  settings.data.label_optional = true;
  std::vector<Option> options = {model_file_option(settings.model_file)};
  append(options, data_options(settings.data));
  options.push_back({"id-column", "Data", "NAME", "column copied to the output (default: none)", Kind::value,
                     into(settings.data.id_column)});
  options.push_back({"output", "Output", "F", "out.csv, out.h5 or -, which is CSV on standard output; required",
                     Kind::value, [&settings](const auto& texts) { set_output(settings, texts.back()); }, true});
  options.push_back({"proba", "Output", "", "also the probability of every class (default off)", Kind::flag,
                     into(settings.probabilities)});
  options.push_back(threads_option(settings.threads));
  return options;
}

std::vector<Option> evaluate_options(EvaluateSettings& settings) {
  std::vector<Option> options = {model_file_option(settings.model_file)};
  append(options, data_options(settings.data));
  options.push_back(
      {"json", "Output", "", "one JSON object instead of a table (default off)", Kind::flag, into(settings.json)});
  options.push_back(threads_option(settings.threads));
  return options;
}

std::vector<Option> inspect_options(InspectSettings& settings) {
  return {
      {"path", "Input", "PATH", "checkpoints, model files, data files or run folders; required", Kind::positional,
       into(settings.paths), true},
      {"verify", "Output", "", "check checksums and structure (default off)", Kind::flag, into(settings.verify)},
      {"json", "Output", "", "JSON instead of text (default off)", Kind::flag, into(settings.json)},
  };
}

std::vector<std::string> all_option_names() {
  TrainSettings train;
  PredictSettings predict;
  EvaluateSettings evaluate;
  InspectSettings inspect;
  CheckSettings check;
  std::set<std::string> names;
  for (const std::vector<Option>& options : {train_options(train), predict_options(predict), evaluate_options(evaluate),
                                             inspect_options(inspect), check_options(check)}) {
    for (const Option& option : options) {
      if (option.kind != Kind::positional) {
        names.insert(option.name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace lockstep
