#include "run/run_observer.h"

#include "base/activity.h"
#include "base/hash.h"
#include "base/test_failure.h"
#include "comm/agreement.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

/// Plain lines limited by time: under mpirun a rank cannot see the terminal.
constexpr int kLinesAtOnce = 20;
/// Of dependent parameters in one warning.
constexpr std::size_t kMostNames = 5;
constexpr double kSecondsBetweenLines = 1;
/// That a stop takes beside a step and a checkpoint: summary, the end of MPI and of the launcher.
constexpr double kSecondsToLeave = 5;
/// So many epochs in a row whose loss rises, by so much of it together, are no noise of mini-batches.
constexpr std::size_t kRises = 3;
constexpr double kNotableRise = 0.05;

}  // namespace

RunObserver::RunObserver(const TrainSettings& settings, TrainingState& state, std::function<bool()> agreed,
                         StopMonitor& monitor, CheckpointManager& checkpoints, RunLog* log, Communicator& comm,
                         Console& console)
    : settings_(settings),
      state_(state),
      agreed_(std::move(agreed)),
      monitor_(monitor),
      checkpoints_(checkpoints),
      log_(log),
      comm_(comm),
      console_(console),
      interval_(settings.run.checkpoint_every) {}

void RunObserver::iteration_completed(const OptimizerState& state, const IterationReport& report) {
  note_step(state);
  checkpoints_.tell();
  const bool by_epoch = settings_.fit.optimizer->is_mini_batch();
  HistoryEntry entry;
  entry.number = by_epoch ? state.epoch : state.iteration;
  entry.step = state.iteration;
  entry.objective = report.objective;
  entry.gradient_norm = report.gradient_norm;
  entry.step_length = report.step_length;
  if (report.validation) {
    entry.validation_loss = report.validation->loss;
    entry.validation_accuracy = report.validation->accuracy;
  }
  entry.parameters_hash = hash64(std::span(state.parameters.data(), static_cast<std::size_t>(state.parameters.size())));
  state_.history.push_back(entry);
  if (log_ != nullptr) {
    log_->append(entry, run_timer_.seconds());
    warn_of_log();
  }
  show_progress(entry, report.validation.has_value());
  if (report.damping > 0 && settings_.fit.optimizer->takes_hessians()) {
    warn_of_damping(report.damping, report.weak_parameters);
  }
  warn_of_rising_loss();
  if (is_due(state)) {
    save();
  }
}

void RunObserver::step_completed(const OptimizerState& state) {
  note_step(state);
  if (is_due(state)) {
    save();
  }
}

void RunObserver::note_step(const OptimizerState& state) {
  monitor_.note_progress();
  show_step(state.iteration);
  longest_step_seconds_ = std::max(longest_step_seconds_, since_step_.seconds());
  since_step_ = Timer();
}

double RunObserver::seconds_to_stop() const {
  return 2 * (longest_step_seconds_ + checkpoints_.longest_seconds()) + kSecondsToLeave;
}

bool RunObserver::wishes_checkpoint() const {
  return interval_.unit == CheckpointInterval::Unit::seconds && since_checkpoint_.seconds() >= interval_.amount &&
         !checkpoints_.is_saving();
}

/// The same on every rank: a function of the state and of agreed wishes.
bool RunObserver::is_due(const OptimizerState& state) const {
  switch (interval_.unit) {
    case CheckpointInterval::Unit::seconds:
      return agreed_();
    case CheckpointInterval::Unit::iterations:
      return std::fmod(static_cast<double>(state.iteration), interval_.amount) == 0;
    case CheckpointInterval::Unit::epochs:
      return state.epoch_step == 0 && std::fmod(static_cast<double>(state.epoch), interval_.amount) == 0;
  }
  return false;
}

/// Nothing is saved that the ranks do not agree on, bit for bit.
void RunObserver::agree_on_state() {
  test_failure(TestPhase::checkpoint);
  require_same(comm_, replica_hash(state_.optimizer));
}

void RunObserver::save() {
  const Doing saving(Activity::saving);
  agree_on_state();
  checkpoints_.save(state_);
  since_checkpoint_ = since_step_ = Timer();
}

void RunObserver::save_end() {
  const Doing saving(Activity::saving);
  agree_on_state();
  checkpoints_.save_or_throw(state_);
}

void RunObserver::show_progress(const HistoryEntry& entry, bool has_validation) {
  if (settings_.launch.progress == Progress::none) {
    return;
  }
  const bool every_line = settings_.launch.progress == Progress::lines;
  if (!every_line && lines_ >= kLinesAtOnce && since_line_.seconds() < kSecondsBetweenLines) {
    return;
  }
  ++lines_;
  since_line_ = Timer();
  std::string line = settings_.fit.optimizer->is_mini_batch()
                         ? fmt::format("epoch {:4d}  objective {:.10g}  learning rate {:.3g}", entry.number,
                                       entry.objective, entry.step_length)
                         : fmt::format("iteration {:3d}  objective {:.14g}  gradient norm {:.3e}  step {:.3g}",
                                       entry.number, entry.objective, entry.gradient_norm, entry.step_length);
  if (has_validation) {
    line += fmt::format("  validation loss {:.6g}", entry.validation_loss);
  }
  console_.info(line);
}

void RunObserver::warn_at_end(const Summary& summary) {
  if (!summary.weak_parameters.empty()) {
    warn_of_damping(summary.damping, summary.weak_parameters);
  }
  warn_of_lost_ground(summary.objective);
}

void RunObserver::warn_of_log() {
  if (log_->is_behind() && !warned_of_log_) {
    console_.warning("metrics.jsonl: the disk does not take its lines; training goes on, they follow when it does");
  }
  warned_of_log_ = log_->is_behind();
}

void RunObserver::warn_of_damping(double damping, const std::vector<std::string>& weak_parameters) {
  if (warned_of_damping_) {
    return;
  }
  warned_of_damping_ = true;
  const std::size_t named = std::min(weak_parameters.size(), kMostNames);
  std::string columns;
  if (named > 0) {
    columns = fmt::format(
        "; linearly dependent on others: {}",
        fmt::join(weak_parameters.begin(), weak_parameters.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  }
  if (weak_parameters.size() > named) {
    columns += fmt::format(" and {} more", weak_parameters.size() - named);
  }
  const std::string remedy =
      settings_.penalty.l2 > 0
          ? fmt::format("l2 = {} is too small beside the columns to tell: scale them", settings_.penalty.l2)
          : "--l2 makes the solution unique";
  console_.warning(fmt::format("the Hessian is singular to rounding: damped by {:.0e} of its diagonal{}; {}", damping,
                               columns, remedy));
}

void RunObserver::warn_of_lost_ground(double objective) {
  if (warned_of_rising_loss_ || !settings_.fit.optimizer->is_mini_batch() ||
      settings_.fit.optimizer->learns_from_mistakes || state_.history.empty()) {
    return;
  }
  const double first = state_.history.front().objective;
  if (objective - first > std::abs(first)) {
    warned_of_rising_loss_ = true;
    console_.warning(
        fmt::format("the run ended worse than it began (objective {:.4g}, {:.4g} in its first epoch): "
                    "lower --learning-rate (it is {:g}), or scale the columns",
                    objective, first, settings_.fit.learning_rate));
  }
}

/// The perceptron's loss comes and goes with its mistakes; others' rises for good where steps are too long.
void RunObserver::warn_of_rising_loss() {
  const std::vector<HistoryEntry>& history = state_.history;
  if (warned_of_rising_loss_ || !settings_.fit.optimizer->is_mini_batch() ||
      settings_.fit.optimizer->learns_from_mistakes || history.size() <= kRises) {
    return;
  }
  const auto begin = history.end() - static_cast<std::ptrdiff_t>(kRises) - 1;
  const bool rises = std::adjacent_find(begin, history.end(), [](const HistoryEntry& a, const HistoryEntry& b) {
                       return !(b.objective > a.objective);
                     }) == history.end();
  const double rise = history.back().objective - begin->objective;
  if (rises && rise > kNotableRise * std::abs(begin->objective)) {
    warned_of_rising_loss_ = true;
    console_.warning(
        fmt::format("the loss has risen for {} epochs, from {:.4g} to {:.4g}: lower --learning-rate (it is "
                    "{:g}), or scale the columns",
                    kRises, begin->objective, history.back().objective, settings_.fit.learning_rate));
  }
}

}  // namespace lockstep
