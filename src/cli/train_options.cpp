/// The options of train.
#include "cli/option_pieces.h"
#include "cli/options.h"

#include <algorithm>

namespace lockstep {

namespace {

using Kind = Option::Kind;

void set_resume(TrainSettings& settings, const std::string& text) {
  settings.resume = text == "auto"    ? ResumePolicy::automatic
                    : text == "never" ? ResumePolicy::never
                                      : ResumePolicy::file;
  settings.resume_file = settings.resume == ResumePolicy::file ? text : "";
}

std::vector<Option> start_options(TrainSettings& s) {
  const std::string group = "Model";
  return {
      {"precision", group, "P", "mlp: float32 or float64 (default float32)", Kind::value,
       [&s](const auto& texts) { s.precision = precision_kind(texts.back()); }},
      {"init", group, "F", "model file to start from (default: none)", Kind::value, into(s.init)},
  };
}

std::vector<Option> full_batch_options(TrainSettings& s) {
  const std::string group = "Optimizer";
  return {
      {"optimizer", group, "O",
       "perceptron, gd, sgd, adam, adamw, lbfgs, newton, newton-cg or auto (default auto: newton; perceptron for the "
       "perceptron without l2, adam for mlp, lbfgs with l1)",
       Kind::value, [&s](const auto& texts) { s.optimizer = optimizer_kind(texts.back()); }},
      {"max-iterations", group, "N", "full-batch optimizers: most iterations; at least 0 (default 100)", Kind::value,
       into(s.max_iterations)},
      {"tolerance", group, "X",
       "full-batch optimizers: stop where the relative Newton decrement is <= X, F within about X^2 of its terms; "
       "above 0 "
       "(default 1e-6)",
       Kind::value, into(s.tolerance)},
  };
}

std::vector<Option> mini_batch_options(TrainSettings& s) {
  const std::string group = "Mini-batch optimizers (perceptron, sgd, adam, adamw)";
  return {
      {"epochs", group, "N", "passes over the data; at least 0 (default 10)", Kind::value, into(s.epochs)},
      {"batch-size", group, "N", "rows a step on all ranks together (default 0: 256, for the perceptron rule 1)",
       Kind::value, into(s.batch_size)},
      {"lanes", group, "N",
       "virtual workers; a power of two (default 0: 64 for linear models, a 64th of the batch for networks)",
       Kind::value, into(s.lanes)},
      {"learning-rate", group, "X",
       "first step length (default 0: perceptron 1, sgd 0.01, adam and adamw 0.001; gd: line search)", Kind::value,
       into(s.learning_rate)},
      {"schedule", group, "S",
       "[warmup:EPOCHS+]constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE] (default constant)", Kind::value,
       into(s.schedule)},
      {"momentum", group, "X", "sgd: at least 0 and below 1 (default 0)", Kind::value, into(s.momentum)},
      {"nesterov", group, "", "sgd: Nesterov's momentum (default off)", Kind::flag, into(s.nesterov)},
      {"weight-decay", group, "X", "adamw: decoupled decay of weights; at least 0 (default 0)", Kind::value,
       into(s.weight_decay)},
      {"clip-norm", group, "X", "cut longer gradients to this norm (default 0: none)", Kind::value, into(s.clip_norm)},
      {"seed", group, "N",
       "of the order of rows, of first weights, of --validation FRACTION; 0 to 2^64 - 1 (default 0)", Kind::value,
       into(s.seed)},
  };
}

std::vector<Option> run_options(TrainSettings& s) {
  const std::string group = "Run";
  return {
      {"run", group, "DIR", "run folder (default runs/<data>-<model>-<optimizer>)", Kind::value, into(s.run)},
      {"resume", group, "auto|never|FILE", "go on from a checkpoint (default auto: the newest valid one)", Kind::value,
       [&s](const auto& texts) { set_resume(s, texts.back()); }},
      {"overwrite", group, "", "with --resume never: replace the checkpoints and results that are there (default off)",
       Kind::flag, into(s.overwrite)},
      {"allow-change", group, "KEY,...", "options that may differ from the checkpoint's (default: none); repeatable",
       Kind::list, into(s.allow_change)},
      {"checkpoint-every", group, "T", "500s, 10m, 3h, 20i (iterations) or 2e (epochs), and at the end (default 10m)",
       Kind::value, into(s.checkpoint_every)},
      {"keep", group, "N", "checkpoints kept; at least 2 (default 2)", Kind::value, into(s.keep)},
      {"max-time", group, "T", "stop with a checkpoint after 90s, 10m, 3h; 0 is no limit (default 0)", Kind::value,
       [&s](const auto& texts) { s.max_time_seconds = parse_duration_seconds(texts.back()); }},
      {"patience", group, "N",
       "stop when the validation loss has not improved for N epochs or iterations, and keep the best parameters "
       "(default 0: never)",
       Kind::value, into(s.patience)},
      {"plan", group, "", "print memory, flops, bytes reduced and a launch line, and train nothing", Kind::flag,
       into(s.plan)},
      {"progress", group, "P", "auto, lines or none (default auto)", Kind::value, into(s.progress)},
  };
}

}  // namespace

std::vector<Option> model_options(TrainSettings& s) {
  const std::string group = "Model";
  return {
      {"model", group, "M",
       "perceptron, adaline, linear, logistic, softmax, poisson, gamma, huber, squared-hinge or mlp (default logistic)",
       Kind::value, [&s](const auto& texts) { s.model = model_kind(texts.back()); }},
      {"l2", group, "X", "penalty l2/2 |w|^2 on the mean loss; at least 0 (default 0)", Kind::value, into(s.l2)},
      {"l1", group, "X", "penalty l1 |w|_1 on the mean loss; at least 0 (default 0); lbfgs", Kind::value, into(s.l1)},
      {"intercept", group, "", "fit an intercept, which is not penalised (default on)", Kind::on_off,
       into(s.intercept)},
      {"class-weight", group, "W",
       "balanced, or CLASS:WEIGHT,...; a class with commas or colons in \"\" (default: all 1)", Kind::value,
       into(s.class_weight)},
      {"delta", group, "X", "huber: where the loss becomes linear; above 0 (default 1.35)", Kind::value, into(s.delta)},
      {"hidden", group, "N,...", "mlp: units of the hidden layers (default 128)", Kind::list, into(s.hidden)},
      {"activation", group, "A", "mlp: relu, tanh, sigmoid or gelu (default relu)", Kind::value,
       [&s](const auto& texts) { s.activation = activation_kind(texts.back()); }},
      {"loss", group, "L", "mlp: cross-entropy (classes) or squared (numbers) (default cross-entropy)", Kind::value,
       [&s](const auto& texts) { s.loss = network_loss_kind(texts.back()); }},
  };
}

std::vector<Option> train_options(TrainSettings& settings) {
  std::vector<Option> options = data_options(settings.data);
  const auto labels = std::ranges::find(options, "labels", &Option::name);
  options.insert(
      labels + 1,
      {{"validation", "Data", "F", "second file, or a fraction of the rows, whose metrics are reported (default: none)",
        Kind::value, into(settings.validation)},
       {"validation-labels", "Data", "F", "IDX: file of labels of --validation F (default: as that of --labels)",
        Kind::value, into(settings.validation_labels)}});
  append(options, model_options(settings));
  append(options, start_options(settings));
  append(options, full_batch_options(settings));
  append(options, mini_batch_options(settings));
  append(options, run_options(settings));
  options.push_back(threads_option(settings.threads));
  return options;
}

}  // namespace lockstep
