#include "lockstep/cli/options.h"

#include "lockstep/base/errors.h"

#include <charconv>
#include <iterator>
#include <set>

namespace lockstep {

namespace {

using Kind = Option::Kind;
using Setter = std::function<void(const std::vector<std::string>&)>;

/// The whole text as a T, or UsageError with the rule.
template <typename T>
T number(const std::string& text, const char* rule) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw UsageError(rule);
  }
  return value;
}

bool truth(const std::string& text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") {
    return true;
  }
  if (text == "false" || text == "0" || text == "no" || text == "off") {
    return false;
  }
  throw UsageError("must be true or false");
}

Setter into(std::string& target) {
  return [&target](const auto& texts) { target = texts.back(); };
}
Setter into(bool& target) {
  return [&target](const auto& texts) { target = truth(texts.back()); };
}
Setter into(int& target) {
  return [&target](const auto& texts) { target = number<int>(texts.back(), "must be a whole number below 2^31"); };
}
Setter into(std::int64_t& target) {
  return [&target](const auto& texts) {
    target = number<std::int64_t>(texts.back(), "must be a whole number below 2^63");
  };
}
Setter into(std::uint64_t& target) {
  return [&target](const auto& texts) {
    target = number<std::uint64_t>(texts.back(), "must be a whole number from 0 to 2^64 - 1");
  };
}
Setter into(double& target) {
  return
      [&target](const auto& texts) { target = number<double>(texts.back(), "must be a number such as 0.1 or 1e-3"); };
}
Setter into(std::vector<std::string>& target) {
  return [&target](const auto& texts) { target = texts; };
}

Setter into(DataFormat& target) {
  return [&target](const auto& texts) {
    const std::string& text = texts.back();
    if (text == "auto") {
      target = DataFormat::automatic;
    } else if (text == "csv") {
      target = DataFormat::csv;
    } else if (text == "libsvm") {
      target = DataFormat::libsvm;
    } else if (text == "hdf5") {
      target = DataFormat::hdf5;
    } else if (text == "idx") {
      target = DataFormat::idx;
    } else {
      throw UsageError("must be auto, csv, libsvm, hdf5 or idx");
    }
  };
}

void set_model(TrainSettings& settings, const std::string& text) {
  settings.model = model_kind(text);
  settings.data.label_kind = settings.model == ModelKind::linear ? LabelKind::real : LabelKind::classes;
}

void set_resume(TrainSettings& settings, const std::string& text) {
  settings.resume = text == "auto"    ? ResumePolicy::automatic
                    : text == "never" ? ResumePolicy::never
                                      : ResumePolicy::file;
  settings.resume_file = settings.resume == ResumePolicy::file ? text : "";
}

void set_output(PredictSettings& settings, const std::string& text) {
  if (!text.ends_with(".csv") && !text.ends_with(".h5")) {
    throw UsageError("must end in .csv or .h5");
  }
  settings.output = text;
}

void append(std::vector<Option>& options, std::vector<Option> more) {
  options.insert(options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Option> data_options(ReadSettings& data) {
  const std::string group = "Data";
  return {
      {"data", group, "F", "data file: CSV/TSV with a header, LIBSVM text, HDF5 or IDX; required", Kind::value,
       into(data.path), true},
      {"labels", group, "F", "IDX: file of labels (default: the data's name with images -> labels, idx3 -> idx1)",
       Kind::value, into(data.labels)},
      {"format", group, "FORMAT", "auto, csv, libsvm, hdf5 or idx (default auto: by file name ending, else by content)",
       Kind::value, into(data.format)},
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

std::vector<Option> model_options(TrainSettings& s) {
  const std::string group = "Model";
  return {
      {"model", group, "M", "linear or logistic (default logistic)", Kind::value,
       [&s](const auto& texts) { set_model(s, texts.back()); }},
      {"l2", group, "X", "penalty l2/2 |w|^2 on the mean loss; at least 0 (default 0)", Kind::value, into(s.l2)},
      {"intercept", group, "", "fit an intercept, which is not penalised (default on)", Kind::on_off,
       into(s.intercept)},
  };
}

std::vector<Option> optimizer_options(TrainSettings& s) {
  const std::string group = "Optimizer";
  return {
      {"optimizer", group, "O", "newton or sgd (default newton)", Kind::value,
       [&s](const auto& texts) { s.optimizer = optimizer_kind(texts.back()); }},
      {"max-iterations", group, "N", "newton: most iterations; at least 0 (default 100)", Kind::value,
       into(s.max_iterations)},
      {"tolerance", group, "X", "newton: stop at |grad F| <= X max(1, |grad F(w0)|); above 0 (default 1e-6)",
       Kind::value, into(s.tolerance)},
      {"epochs", group, "N", "sgd: passes over the data; at least 0 (default 10)", Kind::value, into(s.epochs)},
      {"batch-size", group, "N", "sgd: rows a step on all ranks together; at least 1 (default 256)", Kind::value,
       into(s.batch_size)},
      {"lanes", group, "N", "sgd: virtual workers; a power of two, 0 chooses (default 0: 64 for linear models)",
       Kind::value, into(s.lanes)},
      {"learning-rate", group, "X", "sgd: first step length; above 0 (default 0.01)", Kind::value,
       into(s.learning_rate)},
      {"schedule", group, "S", "sgd: constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE] (default constant)",
       Kind::value, into(s.schedule)},
      {"momentum", group, "X", "sgd: at least 0 and below 1 (default 0)", Kind::value, into(s.momentum)},
      {"seed", group, "N", "sgd: of the order of rows; 0 to 2^64 - 1 (default 0)", Kind::value, into(s.seed)},
  };
}

std::vector<Option> run_options(TrainSettings& s) {
  const std::string group = "Run";
  return {
      {"run", group, "DIR", "run folder (default runs/<data>-<model>-<optimizer>)", Kind::value, into(s.run)},
      {"resume", group, "auto|never|FILE", "go on from a checkpoint (default auto: the newest valid one)", Kind::value,
       [&s](const auto& texts) { set_resume(s, texts.back()); }},
      {"overwrite", group, "", "with --resume never: replace the checkpoints that are there (default off)", Kind::flag,
       into(s.overwrite)},
      {"allow-change", group, "KEY,...", "options that may differ from the checkpoint's (default: none); repeatable",
       Kind::list, into(s.allow_change)},
      {"checkpoint-every", group, "T", "500s, 10m, 3h, 20i (iterations) or 2e (epochs), and at the end (default 10m)",
       Kind::value, into(s.checkpoint_every)},
      {"keep", group, "N", "checkpoints kept; at least 2 (default 2)", Kind::value, into(s.keep)},
      {"max-time", group, "T", "stop with a checkpoint after 90s, 10m, 3h; 0 is no limit (default 0)", Kind::value,
       [&s](const auto& texts) { s.max_time_seconds = parse_duration_seconds(texts.back()); }},
      {"progress", group, "P", "auto, lines or none (default auto)", Kind::value, into(s.progress)},
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

Option model_file_option(std::string& target) {
  return {"model-file", "Model", "F", "model.h5 of a run; required", Kind::value, into(target), true};
}

}  // namespace

std::vector<Option> train_options(TrainSettings& settings) {
  set_model(settings, to_string(settings.model));
  std::vector<Option> options = data_options(settings.data);
  options.insert(options.begin() + 1,
                 {"validation", "Data", "F", "second file whose metrics are reported (default: none)", Kind::value,
                  into(settings.validation)});
  append(options, model_options(settings));
  append(options, optimizer_options(settings));
  append(options, run_options(settings));
  options.push_back(threads_option(settings.threads));
  return options;
}

std::vector<Option> predict_options(PredictSettings& settings) {
  settings.data.label_optional = true;
  std::vector<Option> options = {model_file_option(settings.model_file)};
  append(options, data_options(settings.data));
  options.push_back({"id-column", "Data", "NAME", "column copied to the output (default: none)", Kind::value,
                     into(settings.data.id_column)});
  options.push_back({"output", "Output", "F", "out.csv or out.h5; required", Kind::value,
                     [&settings](const auto& texts) { set_output(settings, texts.back()); }, true});
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
  std::set<std::string> names;
  for (const std::vector<Option>& options :
       {train_options(train), predict_options(predict), evaluate_options(evaluate), inspect_options(inspect)}) {
    for (const Option& option : options) {
      if (option.kind != Kind::positional) {
        names.insert(option.name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace lockstep
