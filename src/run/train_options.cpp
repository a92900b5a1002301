#include "run/train_options.h"

#include "data/formats.h"
#include "fit/known_names.h"
#include "fit/learning_options.h"
#include "fit/option_values.h"
#include "run/config_entries.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

using namespace values;

constexpr Range<int> kKeep = {[](int n) { return n >= 2; }, "must be at least 2"};
constexpr Range<int> kThreads = {[](int n) { return n >= 0; }, "must be at least 0"};

/// "90s", "10m", "3h"
OptionValue duration(double& seconds) {
  OptionValue value =
      number(seconds, {[](double x) { return std::isfinite(x) && x >= 0; }, "must be finite and at least 0 seconds"});
  value.read = [&seconds](const auto&, const Texts& texts) { seconds = parse_duration_seconds(texts.back()); };
  value.literal = [&seconds] { return fmt::format("\"{}s\"", seconds); };
  return value;
}

/// "csv, libsvm, hdf5 or idx"
std::string each_format(std::string_view FormatRow::*word) {
  std::vector<std::string> words;
  for (const FormatRow& row : formats()) {
    words.emplace_back(row.*word);
  }
  return joined(words, " or ");
}

bool is_named(const std::string& column) {
  return !column.empty();
}

MissingPolicy policy_of(const std::string& word) {
  return missing_policy(word);
}

std::vector<Option> validation_options(ValidationSettings& validation, std::string& group_column) {
  const std::string group = "Data";
  const auto is_split = [&validation] { return validation.rows.kind == ValidationSource::Kind::fraction; };
  return {
      {"validation", group, "F", "second file, or a fraction of the rows, whose metrics are reported (default: none)",
       parsed(validation.rows), stands_alone(is_split)},
      {"validation-labels", group, "F", "IDX, .npy: file of labels of --validation F (default: as that of --labels)",
       text(validation.labels)},
      {"group-column", group, "NAME",
       "column whose rows of one text are held out together by --validation FRACTION (default: none)",
       text(group_column), stands_alone([&group_column] { return !group_column.empty(); })},
  };
}

std::vector<Option> run_options(RunSettings& run, LaunchSettings& launch, FitSettings& fit) {
  const std::string group = "Run";
  return {
      {"run", group, "DIR", "run folder (default runs/<data>-<model>-<optimizer>)", text(run.folder)},
      {"resume", group, "auto|never|FILE", "go on from a checkpoint (default {}: the newest valid one)",
       parsed(run.resume), said_once()},
      {"overwrite", group, "", "with --resume never: replace the checkpoints and results that are there (default {})",
       flag(run.overwrite), said_once()},
      {"allow-change", group, "KEY,...", "options that may differ from the checkpoint's (default: none); repeatable",
       texts(run.allow_change, is_configuration_key, "is no key of the configuration"), said_once()},
      {"checkpoint-every", group, "T", "500s, 10m, 3h, 20i (iterations) or 2e (epochs), and at the end (default {})",
       parsed(run.checkpoint_every)},
      {"keep", group, "N",
       "last checkpoints kept; at least 2 (default {}); that of the best validation loss stays, too",
       number(run.keep, kKeep)},
      {"max-time", group, "T", "stop with a checkpoint after 90s, 10m, 3h; 0 is no limit (default {})",
       duration(run.max_time_seconds)},
      {"step-timeout", group, "T",
       "end a job that makes no progress for so long: 90s, 10m or off (default {}: 10m under a scheduler, else off)",
       parsed(run.step_timeout)},
      patience_option(fit.patience),
      {"plan", group, "", "print memory, flops, bytes reduced and a launch line, and train nothing", flag(launch.plan),
       said_once()},
      {"progress", group, "P", "auto, lines or none (default {})", choice(launch.progress, progress_kind)},
      threads_option(launch.threads),
      memory_option(launch.memory),
  };
}

}  // namespace

std::vector<Option> data_options(ReadSettings& data) {
  const std::string group = "Data";
  return {
      {"data", group, "F",
       "data file: " + each_format(&FormatRow::files) +
           "; a list or a quoted pattern of files of text is read as one, - is standard input; required; repeatable",
       joined_texts(data.path, "must name the file to learn from"), required()},
      {"labels", group, "F",
       "IDX, .npy: file of labels (default: the data's name with images -> labels, idx3 -> idx1, X -> y)",
       text(data.labels)},
      {"format", group, "FORMAT",
       "auto, " + each_format(&FormatRow::name) + " (default {}: by file name ending, else by content)",
       values::format(data.format)},
      {"header", group, "",
       "CSV: whether the first line names the columns (default {}: unless it fits the lines below)",
       on_off(data.header), always_shapes_result()},
      {"delimiter", group, "D",
       "CSV: auto, comma, tab, semicolon, pipe, blank or the character (default {}: seen from the first line)",
       parsed(data.delimiter)},
      {"decimal", group, "MARK",
       "CSV: auto, point or comma (default {}: comma where the first rows show it, and say so)",
       choice(data.decimal, decimal_mark)},
      {"skip-qid", group, "", "LIBSVM: pass over qid:N behind the label (default {})", flag(data.skip_query_ids)},
      {"hash-bits", group, "B", "vw: names of features share 2^B columns by their hashes, B from 1 to 30 (default {})",
       number(data.hash_bits, {[](int bits) { return bits >= 1 && bits <= 30; }, "must be from 1 to 30"})},
      {"label-column", group, "NAME", "column of labels (default: target, label, y or class, else the last; HDF5 /y)",
       text(data.label_column), always_shapes_result()},
      {"weight-column", group, "NAME", "column of row weights (default: none; HDF5 /weight where present)",
       text(data.weight_column), always_shapes_result()},
      {"offset-column", group, "NAME", "column added to the linear predictor (default: none; HDF5 /offset)",
       text(data.offset_column), always_shapes_result()},
      {"exposure-column", group, "NAME", "column whose logarithm is added to the offset (default: none)",
       text(data.exposure_column), always_shapes_result()},
      {"drop", group, "NAME,...", "columns left out (default: none); repeatable",
       texts(data.drop, is_named, "must name a column"), always_shapes_result()},
      {"unknown", group, "POLICY",
       "levels that training did not see: error or ignore (none of the levels) (default {})",
       choice(data.unknown, unknown_policy)},
      {"label-map", group, "FROM->TO", "labels written in another way (default: none); repeatable",
       texts(data.label_map, is_named, "must be FROM->TO"), stands_alone([&data] { return !data.label_map.empty(); })},
      {"x-name", group, "NAME", "HDF5, .npz: name of the features (default {})",
       text(data.x_name, "must name the features of an HDF5 or .npz file")},
      {"y-name", group, "NAME", "HDF5, .npz: name of the labels (default {})",
       text(data.y_name, "must name the labels of an HDF5 or .npz file")},
  };
}

std::vector<Option> column_options(ReadSettings& data) {
  const std::string group = "Data";
  return {
      {"only", group, "NAME,...", "columns that become features (default: all); repeatable",
       texts(data.only, is_named, "must name a column"), stands_alone([&data] { return !data.only.empty(); })},
      {"formula", group, "FORMULA",
       "CSV: label and features as R and patsy write them: \"y ~ age + C(job) + log(income) + age:sex + poly(x, 2)\" "
       "(default: none)",
       parsed(data.formula), stands_alone([&data] { return !data.formula.empty(); })},
      {"categorical", group, "NAME,...",
       "CSV: columns of categories; auto among them: also those that hold words; none (default {}); repeatable",
       texts(data.categorical, is_named, "must name a column"),
       stands_alone([&data] { return data.categorical != ReadSettings().categorical; })},
      {"reference", group, "NAME=LEVEL", "level without a coefficient (default: the first); repeatable",
       texts(data.reference, is_named, "must be NAME=LEVEL"),
       stands_alone([&data] { return !data.reference.empty(); })},
      {"drop-first", group, "",
       "whether a category's reference level has no coefficient (default {}: unless there is a penalty)",
       on_off(data.reference_policy),
       stands_alone([&data] { return data.reference_policy != ReferencePolicy::automatic; })},
      {"missing", group, "POLICY",
       "CSV: what becomes of missing values: error, drop (the row), mean or indicator (default {})",
       choice(data.missing, policy_of), stands_alone([&data] { return data.missing != MissingPolicy::error; })},
  };
}

Option threads_option(int& threads) {
  return {"threads", "Run", "N",
          "threads a rank (default {}: OMP_NUM_THREADS, else the rank's share of its allowed cores)",
          number(threads, kThreads)};
}

Option memory_option(MemorySize& memory) {
  return {
      "memory", "Run", "SIZE",
      "what a job may take on a machine, its programs apart: 8GiB, 500M (default {}: what there is); more rows than "
      "fit are read from HDF5 in every pass",
      parsed(memory)};
}

std::vector<Option> train_options(TrainSettings& settings) {
  std::vector<Option> options = data_options(settings.data);
  std::vector<Option> validation = validation_options(settings.validation, settings.data.group_column);
  const auto after_labels = std::ranges::find(options, "labels", &Option::name) + 1;
  options.insert(after_labels, validation.begin(), validation.end());
  const std::vector<Option> columns = column_options(settings.data);
  const auto after_drop = std::ranges::find(options, "drop", &Option::name) + 1;
  options.insert(after_drop, columns.begin(), columns.end());
  append(options, model_options(settings.model, settings.penalty));
  options.push_back(precision_option(settings.model));
  options.push_back(
      {"init", "Model", "F", "model file to start from (default: none)", text(settings.launch.init), stands_alone()});
  append(options, optimizer_options(settings));
  append(options, run_options(settings.run, settings.launch, settings.fit));
  const auto seed = std::ranges::find(options, "seed", &Option::name);
  seed->use.shapes_result = [&settings, of_fit = seed->use.shapes_result] {
    return of_fit() || settings.validation.rows.fraction > 0;
  };
  return options;
}

}  // namespace lockstep
