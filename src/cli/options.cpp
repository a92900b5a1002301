#include "cli/options.h"

#include "data/hdf5_reader.h"
#include "data/libsvm_reader.h"
#include "data/text_cause.h"
#include "fit/learning_options.h"
#include "fit/model_description.h"
#include "fit/option_values.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace lockstep {

namespace {

using namespace values;
using Kind = OptionValue::Kind;

PredictionFormat format_of(const std::string& output) {
  const std::string ending = std::filesystem::path(output).extension().string();
  if (output == "-" || output == "/dev/stdout") {
    return PredictionFormat::standard_output;
  }
  if (equals_ignoring_case(ending, ".csv")) {
    return PredictionFormat::csv;
  }
  if (equals_ignoring_case(ending, ".h5") || equals_ignoring_case(ending, ".hdf5")) {
    return PredictionFormat::hdf5;
  }
  throw UsageError("must end in .csv, .h5 or .hdf5, or be - for CSV on standard output");
}

OptionValue output(PredictSettings& settings) {
  OptionValue value = text(settings.output);
  value.read = [&settings](const auto&, const Texts& texts) {
    settings.format = format_of(texts.back());
    settings.output = texts.back();
  };
  return value;
}

/// A file whose name ends as `fits` says; `rule` tells it.
OptionValue output_named(std::string& target, bool (*fits)(std::string_view), const char* rule) {
  OptionValue value = text(target);
  value.read = [&target, fits, rule](const auto&, const Texts& texts) {
    if (!fits(texts.back())) {
      throw UsageError(rule);
    }
    target = texts.back();
  };
  return value;
}

bool is_generated_name(std::string_view name) {
  return is_hdf5_name(name) || is_libsvm_name(name);
}

constexpr Range<std::int64_t> kAtLeastOne = {[](std::int64_t n) { return n >= 1; }, "must be at least 1"};
constexpr Range<std::int64_t> kFeatureCount = {[](std::int64_t n) { return n >= 1 && n <= kMostFeatures; },
                                               "must be 1 to 2147483646"};
constexpr Range<std::int64_t> kClassCount = {[](std::int64_t n) { return n >= 2 && n <= kMostClasses; },
                                             "must be 2 to 1000"};
constexpr Range<double> kCondition = {[](double x) { return x >= 1 && x <= 1e12; }, "must be 1 to 1e12"};
constexpr Range<double> kShare = {[](double x) { return x > 0 && x <= 1; }, "must be above 0 and at most 1"};
constexpr Range<double> kNoise = {[](double x) { return x >= 0 && x <= 1e6; }, "must be 0 to 1e6"};

/// The name of a model, or nothing.
OptionValue model_name(std::string& target) {
  OptionValue value = text(target);
  value.read = [&target](const auto&, const Texts& texts) { target = to_string(model_kind(texts.back())); };
  return value;
}

std::vector<Option> storage_options(RowStorage& storage, bool& overwrite) {
  return {{"overwrite", "Output", "", "replace a file that is there (default {})", flag(overwrite)},
          {"storage", "Output", "T", "features as float64 or float32, which rounds them (default {})",
           choice(storage.type, precision_kind)},
          {"compress", "Output", "", "HDF5: shuffle and deflate the features (default {})", flag(storage.compress)},
          threads_option(storage.threads)};
}

Option id_option(std::string& target) {
  return {"id-column", "Data", "NAME", "column copied to the output (default: none)", text(target)};
}

Option model_file_option(std::string& target) {
  return {"model-file", "Model", "F", "model.h5 of a run; required", text(target), required()};
}

Option json_option(bool& target, const char* description) {
  return {"json", "Output", "", description, flag(target)};
}

constexpr const char* kJsonForTable = "one JSON object instead of a table (default {})";

/// A value that the command line takes itself.
OptionValue argument(Kind kind) {
  return {.kind = kind, .read = {}, .literal = {}, .shown = {}, .violation = {}};
}

}  // namespace

std::vector<Option> predict_options(PredictSettings& settings) {
  settings.data.label_optional = true;
  settings.data.keeps_rows = true;
  std::vector<Option> options = {model_file_option(settings.model_file)};
  append(options, data_options(settings.data));
  append(options,
         {id_option(settings.data.id_column),
          {"output", "Output", "F", "out.csv, out.h5 or -, which is CSV on standard output; required", output(settings),
           required()},
          {"proba", "Output", "", "also the probability of every class (default {})", flag(settings.probabilities)},
          threads_option(settings.threads),
          memory_option(settings.memory)});
  return options;
}

std::vector<Option> convert_options(ConvertSettings& settings) {
  std::vector<Option> options = data_options(settings.data);
  append(options, column_options(settings.data));
  append(options,
         {id_option(settings.data.id_column),
          {"model", "Data", "M", "model that will be trained: whether labels are classes (default: as they stand)",
           model_name(settings.model)},
          {"output", "Output", "F", "file that ends in .h5 or .hdf5; required",
           output_named(settings.output, is_hdf5_name, "must end in .h5 or .hdf5"), required()}});
  append(options, storage_options(settings.storage, settings.overwrite));
  return options;
}

std::vector<Option> generate_options(GenerateSettings& settings) {
  SyntheticSettings& data = settings.data;
  const std::string group = "Data";
  std::vector<Option> options = {
      {"kind", group, "M", "model of the labels: " + known_synthetic_kinds() + " (default {})",
       choice(data.kind, synthetic_kind)},
      {"rows", group, "N", "rows; at least 1 (default {})", number(data.rows, kAtLeastOne)},
      {"features", group, "D", "features; 1 to 2147483646 (default {})", number(data.features, kFeatureCount)},
      {"classes", group, "K", "classes of softmax and mlp; 2 to 1000 (default {})", number(data.classes, kClassCount)},
      {"condition", group, "C",
       "condition number of the features' covariance: dense ones are correlated, sparse ones scaled; 1 to 1e12 "
       "(default {})",
       number(data.condition, kCondition)},
      {"density", group, "P", "share of entries that are not zero; below 1 sparse (default {})",
       number(data.density, kShare)},
      {"noise", group, "S", "1: labels are drawn from the model; 0: they follow from the features (default {})",
       number(data.noise, kNoise)},
      seed_option(data.seed),
      {"output", "Output", "F", "file that ends in .h5, .hdf5, .svm, .svmlight or .libsvm; required",
       output_named(settings.output, is_generated_name, "must end in .h5, .hdf5, .svm, .svmlight or .libsvm"),
       required()}};
  std::ranges::find(options, "seed", &Option::name)->group = group;
  std::ranges::find(options, "seed", &Option::name)->description = "of all random numbers; 0 to 2^64 - 1 (default {})";
  append(options, storage_options(settings.storage, settings.overwrite));
  return options;
}

std::vector<Option> evaluate_options(EvaluateSettings& settings) {
  std::vector<Option> options = {model_file_option(settings.model_file)};
  append(options, data_options(settings.data));
  append(options,
         {json_option(settings.json, kJsonForTable), threads_option(settings.threads), memory_option(settings.memory)});
  return options;
}

std::vector<Option> inspect_options(InspectSettings& settings) {
  return {
      {"path", "Input", "PATH", "checkpoints, model files, data files or run folders; required",
       positionals(settings.paths), required()},
      {"verify", "Output", "", "check checksums and structure (default {})", flag(settings.verify)},
      json_option(settings.json, "JSON instead of text (default {})"),
  };
}

std::vector<Option> diff_options(DiffSettings& settings) {
  return {
      {"runs", "Input", "RUN", "two run folders; required", positionals(settings.runs), required()},
      json_option(settings.json, "JSON instead of text (default {})"),
  };
}

std::vector<Option> check_options(CheckSettings& settings) {
  TrainSettings& training = settings.training;
  Option tolerance = tolerance_option(training.fit.tolerance);
  tolerance.group = "Check";
  tolerance.description = "stationary: relative Newton decrement <= X, as in training; above 0 (default {})";
  Option seed = seed_option(training.fit.seed);
  seed.group = "Check";
  seed.description =
      "of the random point and directions, without a model file also of first weights; 0 to 2^64 - 1 (default {})";
  std::vector<Option> options = data_options(training.data);
  append(options, column_options(training.data));
  append(options, model_options(training.model, training.penalty));
  append(options, {{"model-file", "Model", "F",
                    "model.h5 whose optimality is judged; it brings model, penalties and columns (default: none)",
                    text(settings.model_file)},
                   tolerance,
                   seed,
                   json_option(settings.json, kJsonForTable),
                   threads_option(training.launch.threads),
                   memory_option(training.launch.memory)});
  return options;
}

std::vector<Option> configuration_options() {
  const std::string group = "Configuration";
  return {
      {"config", group, "F", "TOML file of the options above, without the dashes (default: none)",
       argument(Kind::value)},
      {"set", group, "KEY=VALUE", "set one option by its key, over the file; repeatable", argument(Kind::list)},
      {"print-config", group, "", "print the effective configuration as TOML and train nothing", argument(Kind::flag)},
  };
}

void require_no_model_options(const CheckSettings& settings) {
  if (settings.model_file.empty()) {
    return;
  }
  TrainSettings standard;
  TrainSettings given = settings.training;
  const std::vector<Option> expected = model_options(standard.model, standard.penalty);
  for (const Option& option : model_options(given.model, given.penalty)) {
    const std::string value = option.value.literal();
    if (value != find_option(expected, option.name)->value.literal()) {
      throw UsageError(
          fmt::format("--{} {}: comes with --model-file; leave one of them out", option.name, printable(value)));
    }
  }
}

std::vector<std::string> all_option_names() {
  TrainSettings train;
  PredictSettings predict;
  ConvertSettings convert;
  GenerateSettings generate;
  EvaluateSettings evaluate;
  InspectSettings inspect;
  CheckSettings check;
  DiffSettings diff;
  std::set<std::string> names;
  for (const std::vector<Option>& options :
       {train_options(train), predict_options(predict), convert_options(convert), generate_options(generate),
        evaluate_options(evaluate), inspect_options(inspect), check_options(check), diff_options(diff)}) {
    for (const Option& option : options) {
      if (option.kind() != Kind::positional) {
        names.insert(option.name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace lockstep
