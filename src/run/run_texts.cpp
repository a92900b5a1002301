#include "run/run_texts.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

std::vector<std::string> banner(const TrainSettings& settings, const TrainingProblem& problem, int ranks, int threads) {
  const Dataset& rows = problem.rows;
  const std::string label = rows.schema.label_name();
  std::vector<std::string> lines;
  lines.push_back(fmt::format("data: {} rows × {} features{}; label {}", rows.partition.rows, rows.features,
                              rows.layout == Layout::sparse_rows ? ", sparse" : "",
                              label.empty() ? "in the first field" : "'" + label + "'"));
  const std::vector<std::string>& classes = rows.schema.class_names();
  if (classes.size() == 2) {
    lines.push_back(fmt::format("classes: {} = 0, {} = 1", classes[0], classes[1]));
  } else if (classes.size() > 2) {
    lines.push_back(fmt::format("classes: {}, from {} to {}", classes.size(), classes.front(), classes.back()));
  }
  if (rows.stream) {
    lines.push_back(fmt::format("streamed: features stay in {} and are read in every pass", settings.data.path));
  }
  if (problem.validation) {
    lines.push_back(fmt::format("validation: {} rows", problem.validation->partition.rows));
  }
  lines.push_back(fmt::format("{} by {}: {} parameters on {} ranks × {} threads", to_string(settings.model.kind),
                              to_string(settings.fit.optimizer), problem.model.dimension(), ranks, threads));
  return lines;
}

std::string idle_workers(const RowPartition& partition, int ranks, int threads) {
  const std::int64_t workers = std::int64_t{ranks} * threads;
  if (partition.lanes == 0 || workers <= partition.lanes) {
    return {};
  }
  return fmt::format("{} of {} workers idle: a mini-batch run has {} lanes; --lanes {} would use more (another result)",
                     workers - partition.lanes, workers, partition.lanes, 2 * partition.lanes);
}

std::string remedy_of_long_steps(const TrainSettings& settings) {
  const bool is_fixed = settings.fit.learning_rate > 0;
  return is_fixed ? fmt::format("; lower --learning-rate (it is {}) or scale the features", settings.fit.learning_rate)
                  : "; scale the features";
}

std::string remedy_of_unconverged(const TrainSettings& settings, const Summary& summary) {
  const bool is_limit = summary.status == Summary::Status::limit_reached;
  if (settings.fit.optimizer->is_mini_batch() || !(is_limit || summary.status == Summary::Status::failed)) {
    return "";
  }
  using SecondOrder = OptimizerRow::SecondOrder;
  const bool has_newton = !settings.model.is_network() && settings.penalty.l1 == 0;
  const SecondOrder taken = settings.fit.optimizer->second_order;
  const std::string other = !has_newton || taken == SecondOrder::hessian ? ""
                            : taken == SecondOrder::products             ? "--optimizer newton"
                                                                         : "--optimizer newton or newton-cg";
  const std::string delta =
      settings.model.kind->takes(&LossParameters::delta)
          ? fmt::format("; where --delta {} is far below the residuals, raise it or scale the labels",
                        settings.model.loss_parameters.delta)
          : "";
  if (is_limit) {
    return "; raise --max-iterations" + (other.empty() ? "" : ", or use " + other) + delta;
  }
  const bool has_log_link = settings.model.task() == Task::positives || settings.model.task() == Task::counts;
  const std::string unit = has_log_link && summary.weak_parameters.empty()
                               ? "; labels of an extreme unit have no start near them: scale them"
                               : "; columns may be dependent to rounding: drop one, or use a larger --l2";
  return unit + (other.empty() ? "" : ", or use " + other) + delta;
}

std::string row_at_fault(const TrainSettings& settings, const RowSplit& split, std::int64_t row) {
  return row < 0 ? ""
                 : fmt::format("; the first row at fault is row {} of {}", split.row_before_split(row) + 1,
                               settings.data.path);
}

std::vector<std::string> overflow_warnings(const RunSummary& summary) {
  std::vector<std::string> lines;
  for (const auto& [rows, metrics] : {std::pair("training", &summary.metrics), {"held-out", &summary.validation}}) {
    std::vector<std::string> names;
    for (const auto& [name, value] : *metrics) {
      if (std::isinf(value)) {
        names.push_back(name);
      }
    }
    if (!names.empty()) {
      lines.push_back(fmt::format("metrics of the {} rows overflow ({}): are there huge values in them?", rows,
                                  fmt::join(names, ", ")));
    }
  }
  return lines;
}

std::string finished_already(const TrainSettings& settings, const OptimizerState& state) {
  const bool by_epoch = settings.fit.optimizer->is_mini_batch();
  const std::int64_t done = by_epoch ? state.epoch : state.iteration;
  const std::int64_t wanted = by_epoch ? settings.fit.epochs : settings.fit.max_iterations;
  return fmt::format("this run was finished already, at {} {}{}", done, by_epoch ? "epochs" : "iterations",
                     done > wanted ? fmt::format(", more than the {} asked for", wanted) : "");
}

std::vector<std::string> result(const RunSummary& summary) {
  const bool is_limit = summary.outcome.status == Summary::Status::limit_reached;
  const bool by_epoch = OptimizerKind(summary.optimizer)->is_mini_batch();
  std::vector<std::string> lines = {fmt::format(
      "{}: {}", is_limit && by_epoch ? "limit reached" : status_text(summary.outcome.status), summary.outcome.reason)};
  if (!summary.metrics.empty()) {
    lines.push_back(fmt::format("objective {:.14g}; {}", summary.outcome.objective, to_text(summary.metrics)));
  }
  if (!summary.validation.empty()) {
    lines.push_back(fmt::format("validation: {}", to_text(summary.validation)));
  }
  const RunSeconds& seconds = summary.seconds;
  lines.push_back(fmt::format("seconds: load {:.3g}, train {:.3g}, evaluate {:.3g}, checkpoint {:.3g}", seconds.load,
                              seconds.train, seconds.evaluate, seconds.checkpoint));
  lines.push_back(fmt::format("parameters_sha256 {}", summary.parameters_sha256));
  return lines;
}

}  // namespace lockstep
