#include "run/train_options.h"

#include "fit/known_names.h"
#include "run/config_entries.h"
#include "run/option_values.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lockstep {

namespace {

using namespace values;

const std::string kFullBatch = "Optimizer";
const std::string kMiniBatch =
    "Mini-batch optimizers (" + joined(optimizer_names(&OptimizerRow::is_mini_batch), ", ") + ")";

constexpr Range<double> kFiniteFromZero = {[](double x) { return std::isfinite(x) && x >= 0; },
                                           "must be finite and at least 0"};
constexpr Range<double> kFiniteAboveZero = {[](double x) { return std::isfinite(x) && x > 0; },
                                            "must be finite and above 0"};
constexpr Range<double> kLearningRate = {kFiniteFromZero.holds, "must be finite and above 0, or 0"};
constexpr Range<double> kInsideUnit = {[](double x) { return x > 0 && x < 1; }, "must be above 0 and below 1"};
constexpr Range<double> kMomentum = {[](double x) { return x >= 0 && x < 1; }, "must be at least 0 and below 1"};
constexpr Range<std::int64_t> kFromZero = {[](std::int64_t n) { return n >= 0; }, "must be at least 0"};
constexpr Range<std::int64_t> kBatchSize = {kFromZero.holds, "must be at least 1, or 0"};
constexpr Range<std::int64_t> kLanes = {
    [](std::int64_t n) { return n == 0 || (n > 0 && std::has_single_bit(static_cast<std::uint64_t>(n))); },
    "must be a power of two, or 0"};
constexpr Range<int> kKeep = {[](int n) { return n >= 2; }, "must be at least 2"};
constexpr Range<int> kThreads = {[](int n) { return n >= 0; }, "must be at least 0"};
constexpr const char* kHidden = "must be whole numbers from 1 to 1000000, separated by commas";
constexpr const char* kSchedule =
    "must be [warmup:EPOCHS+]constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE], with positive numbers";

std::string models() {
  std::vector<std::string> names;
  for (const ModelKind kind : known_models()) {
    names.push_back(kind->name);
  }
  return joined(names, " or ");
}

/// The models whose loss takes it.
std::string takers(double LossParameters::*parameter) {
  std::vector<std::string> names;
  for (const ModelKind kind : known_models()) {
    if (kind->takes(parameter)) {
      names.push_back(kind->name);
    }
  }
  return joined(names, " and ");
}

/// The optimizers that have a property.
std::string those(bool OptimizerRow::*fact) {
  return joined(optimizer_names(fact), " and ");
}

/// "perceptron 1, sgd 0.01, adam and adamw 0.001; gd: line search"
std::string usual_rates() {
  std::vector<double> rates;
  for (const OptimizerRow& row : optimizers()) {
    if (row.learning_rate > 0 && std::ranges::find(rates, row.learning_rate) == rates.end()) {
      rates.push_back(row.learning_rate);
    }
  }
  std::vector<std::string> texts;
  for (const double rate : rates) {
    const auto has_rate = [rate](const OptimizerRow& row) { return row.learning_rate == rate; };
    texts.push_back(fmt::format("{} {}", joined(optimizer_names(has_rate), " and "), rate));
  }
  const auto searches = [](const OptimizerRow& row) { return row.takes_learning_rate && row.learning_rate == 0; };
  return joined(texts, ", ") + "; " + joined(optimizer_names(searches), " and ") + ": line search";
}

bool is_named(const std::string& column) {
  return !column.empty();
}

std::vector<Option> validation_options(ValidationSettings& validation) {
  const std::string group = "Data";
  const auto is_split = [&validation] { return validation.rows.kind == ValidationSource::Kind::fraction; };
  return {
      {"validation", group, "F", "second file, or a fraction of the rows, whose metrics are reported (default: none)",
       parsed(validation.rows), stands_alone(is_split)},
      {"validation-labels", group, "F", "IDX: file of labels of --validation F (default: as that of --labels)",
       text(validation.labels)},
  };
}

std::vector<Option> start_options(TrainSettings& s) {
  const std::string group = "Model";
  const auto is_network = [&s] { return s.model.is_network(); };
  return {
      {"precision", group, "P", "mlp: float32 or float64 (default {})", choice(s.model.precision, precision_kind),
       shapes_result(is_network)},
      {"init", group, "F", "model file to start from (default: none)", text(s.run.init), stands_alone()},
  };
}

std::vector<Option> full_batch_options(FitSettings& fit) {
  return {
      {"optimizer", kFullBatch, "O",
       joined(optimizer_names([](const auto&) { return true; }), ", ") +
           " or auto (default {}: newton; perceptron for the perceptron without l2, adam for mlp, lbfgs with l1)",
       choice(fit.optimizer, optimizer_kind), always_shapes_result()},
      {"max-iterations", kFullBatch, "N", "full-batch optimizers: most iterations; at least 0 (default {})",
       number(fit.max_iterations, kFromZero)},
      tolerance_option(fit.tolerance),
  };
}

std::vector<Option> mini_batch_options(TrainSettings& s) {
  FitSettings& fit = s.fit;
  const auto is_stochastic = [&fit] { return is_mini_batch(fit.optimizer); };
  const auto has_horizon = [&fit] { return is_mini_batch(fit.optimizer) && fit.schedule.uses_horizon(); };
  const auto has_rate = [&fit] { return optimizer_row(fit.optimizer).takes_learning_rate; };
  Option seed = seed_option(fit.seed);
  seed.use.shapes_result = [&s] {
    return is_mini_batch(s.fit.optimizer) || s.model.is_network() || s.validation.rows.fraction > 0;
  };
  return {
      {"epochs", kMiniBatch, "N", "passes over the data; at least 0 (default {})", number(fit.epochs, kFromZero),
       shapes_result(has_horizon)},
      {"batch-size", kMiniBatch, "N", "rows a step on all ranks together (default {}: 256, for the perceptron rule 1)",
       number(fit.batch_size, kBatchSize), shapes_result(is_stochastic)},
      {"lanes", kMiniBatch, "N",
       "virtual workers; a power of two (default {}: 64 for linear models, a 64th of the batch for networks)",
       number(fit.lanes, kLanes), shapes_result(is_stochastic)},
      {"learning-rate", kMiniBatch, "X", "first step length (default {}: " + usual_rates() + ")",
       number(fit.learning_rate, kLearningRate), shapes_result(has_rate)},
      {"schedule", kMiniBatch, "S",
       "[warmup:EPOCHS+]constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE] (default {})",
       parsed(fit.schedule, kSchedule), shapes_result(is_stochastic)},
      {"momentum", kMiniBatch, "X", those(&OptimizerRow::takes_momentum) + ": at least 0 and below 1 (default {})",
       number(fit.momentum, kMomentum), shapes_result(is_stochastic)},
      {"nesterov", kMiniBatch, "", those(&OptimizerRow::takes_momentum) + ": Nesterov's momentum (default {})",
       flag(fit.nesterov), shapes_result(is_stochastic)},
      {"weight-decay", kMiniBatch, "X",
       those(&OptimizerRow::takes_weight_decay) + ": decoupled decay of weights; at least 0 (default {})",
       number(fit.weight_decay, kFiniteFromZero), shapes_result(is_stochastic)},
      {"clip-norm", kMiniBatch, "X", "cut longer gradients to this norm (default {}: none)",
       number(fit.clip_norm, kFiniteFromZero), shapes_result(is_stochastic)},
      seed,
  };
}

std::vector<Option> run_options(RunSettings& run, FitSettings& fit) {
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
      {"keep", group, "N", "checkpoints kept; at least 2 (default {})", number(run.keep, kKeep)},
      {"max-time", group, "T", "stop with a checkpoint after 90s, 10m, 3h; 0 is no limit (default {})",
       duration(run.max_time_seconds)},
      {"patience", group, "N",
       "stop when the validation loss has not improved for N epochs or iterations, and keep the best parameters "
       "(default {}: never)",
       number(fit.patience, kFromZero), always_shapes_result()},
      {"plan", group, "", "print memory, flops, bytes reduced and a launch line, and train nothing", flag(run.plan),
       said_once()},
      {"progress", group, "P", "auto, lines or none (default {})", choice(run.progress, progress_kind)},
      threads_option(run.threads),
  };
}

}  // namespace

std::vector<Option> data_options(ReadSettings& data) {
  const std::string group = "Data";
  return {
      {"data", group, "F", "data file: CSV/TSV, LIBSVM text, HDF5 or IDX; required",
       text(data.path, "must name the file to learn from"), required()},
      {"labels", group, "F", "IDX: file of labels (default: the data's name with images -> labels, idx3 -> idx1)",
       text(data.labels)},
      {"format", group, "FORMAT", "auto, csv, libsvm, hdf5 or idx (default {}: by file name ending, else by content)",
       values::format(data.format)},
      {"header", group, "",
       "CSV: whether the first line names the columns (default {}: unless it fits the lines below)",
       on_off(data.header), always_shapes_result()},
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
      {"x-name", group, "NAME", "HDF5 name of the features (default {})",
       text(data.x_name, "must name the features of an HDF5 file")},
      {"y-name", group, "NAME", "HDF5 name of the labels (default {})",
       text(data.y_name, "must name the labels of an HDF5 file")},
  };
}

std::vector<Option> model_options(ModelSettings& model, PenaltySettings& penalty) {
  const std::string group = "Model";
  const auto takes = [&model](double LossParameters::*parameter) {
    return shapes_result([&model, parameter] { return model.kind->takes(parameter); });
  };
  const auto is_network = [&model] { return model.is_network(); };
  return {
      {"model", group, "M", models() + " (default {})", choice(model.kind, model_kind), always_shapes_result()},
      {"l2", group, "X", "penalty l2/2 |w|^2 on the mean loss; at least 0 (default {})",
       number(penalty.l2, kFiniteFromZero), always_shapes_result()},
      {"l1", group, "X",
       "penalty l1 |w|_1 on the mean loss; at least 0 (default {}); " + those(&OptimizerRow::takes_l1),
       number(penalty.l1, kFiniteFromZero), always_shapes_result()},
      {"intercept", group, "", "fit an intercept, which is not penalised (default {})", on_off(model.intercept),
       always_shapes_result()},
      {"class-weight", group, "W",
       "balanced, or CLASS:WEIGHT,...; a class with commas or colons in \"\" (default: all 1)",
       parsed(model.class_weights), always_shapes_result()},
      {"delta", group, "X", takers(&LossParameters::delta) + ": where the loss becomes linear; above 0 (default {})",
       number(model.loss_parameters.delta, kFiniteAboveZero), takes(&LossParameters::delta)},
      {"quantile", group, "X", takers(&LossParameters::quantile) + ": level; above 0 and below 1 (default {})",
       number(model.loss_parameters.quantile, kInsideUnit), takes(&LossParameters::quantile)},
      {"hidden", group, "N,...", "mlp: units of the hidden layers (default {})",
       numbers(model.hidden, 1, 1000000, kHidden), shapes_result(is_network)},
      {"activation", group, "A", "mlp: relu, tanh, sigmoid or gelu (default {})",
       choice(model.activation, activation_kind), shapes_result(is_network)},
      {"loss", group, "L", "mlp: cross-entropy (classes) or squared (numbers) (default {})",
       choice(model.loss, network_loss_kind), shapes_result(is_network)},
  };
}

Option tolerance_option(double& tolerance) {
  return {"tolerance", kFullBatch, "X",
          "full-batch optimizers: stop where the relative Newton decrement is <= X, F within about X^2 of its terms; "
          "above 0 (default {})",
          number(tolerance, kFiniteAboveZero)};
}

Option seed_option(std::uint64_t& seed) {
  return {"seed", kMiniBatch, "N",
          "of the order of rows, of first weights, of --validation FRACTION; 0 to 2^64 - 1 (default {})", number(seed)};
}

Option threads_option(int& threads) {
  return {"threads", "Run", "N",
          "threads a rank (default {}: OMP_NUM_THREADS, else the rank's share of its allowed cores)",
          number(threads, kThreads)};
}

std::vector<Option> train_options(TrainSettings& settings) {
  std::vector<Option> options = data_options(settings.data);
  std::vector<Option> validation = validation_options(settings.validation);
  const auto after_labels = std::ranges::find(options, "labels", &Option::name) + 1;
  options.insert(after_labels, validation.begin(), validation.end());
  append(options, model_options(settings.model, settings.penalty));
  append(options, start_options(settings));
  append(options, full_batch_options(settings.fit));
  append(options, mini_batch_options(settings));
  append(options, run_options(settings.run, settings.fit));
  return options;
}

bool is_fit_option(const Option& option) {
  return option.group == kFullBatch || option.group == kMiniBatch;
}

}  // namespace lockstep
