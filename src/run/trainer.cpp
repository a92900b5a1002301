#include "run/trainer.h"

#include "base/activity.h"
#include "base/hash.h"
#include "base/test_failure.h"
#include "base/timer.h"
#include "comm/agreement.h"
#include "fit/optimizer_vectors.h"
#include "fit/validation.h"
#include "io/durable_file.h"
#include "io/run_folder_lock.h"
#include "lockstep/fit/fit.h"
#include "optim/numerical_stops.h"
#include "risk/empirical_risk.h"
#include "risk/overflow.h"
#include "run/config_entries.h"
#include "run/free_space.h"
#include "run/fresh_state.h"
#include "run/memory_check.h"
#include "run/own_files.h"
#include "run/problem.h"
#include "run/resume.h"
#include "run/run_banner.h"
#include "run/run_folder.h"
#include "run/run_observer.h"
#include "run/run_summary.h"
#include "run/run_texts.h"
#include "run/scheduler_limit.h"
#include "run/stop_monitor.h"
#include "run/watchdog.h"

#include <algorithm>
#include <optional>

namespace lockstep {

namespace {

/// One training job. The members are in the order in which they come to be.
class TrainingJob {
 public:
  TrainingJob(const TrainSettings& settings, const Execution& execution, const JobHosts& hosts, Console& console)
      : settings_(settings),
        execution_(execution),
        threads_(execution.threads()),
        comm_(execution.comm()),
        hosts_(hosts),
        console_(console),
        folder_(settings.run_folder()),
        memory_(settings_, execution, hosts),
        monitor_(settings.run.max_time_seconds) {}

  ExitCode run() {
    probe_run_folder(folder_, comm_);
    require_own_run_folder(settings_, comm_);
    memory_.foresee();
    if (settings_.launch.plan) {
      show_plan(memory_, settings_, comm_.size(), threads_, console_);
      return ExitCode::success;
    }
    memory_.require_foreseen();
    console_.info(place_text(scheduler_job(environment_variable), hosts_));
    watch_for_hangs();
    heed_time_limit();
    load();
    make_objective();
    open_run_folder();
    restore_state();
    write_start();
    optimise();
    return finish();
  }

 private:
  void watch_for_hangs();
  void heed_time_limit();
  void load();
  void open_run_folder();
  void make_objective();
  void restore_state();
  void write_start();
  void optimise();
  std::string explained(const NumericalStop& stop);
  ExitCode finish();
  void evaluate();
  void write_text(const std::string& name, const std::string& text);
  void write_summary();
  void say(const std::vector<std::string>& lines);
  bool is_root() const { return comm_.rank() == 0; }

  const TrainSettings settings_;
  Execution execution_;
  int threads_;         // of execution_
  Communicator& comm_;  // of execution_
  const JobHosts& hosts_;
  Console& console_;
  std::string folder_;
  MemoryCheck memory_;
  StopMonitor monitor_;
  std::optional<Watchdog> watchdog_;
  Timer total_;
  PosixFileSystem files_;
  std::optional<RunFolderLock> lock_;
  TrainingProblem problem_;
  std::unique_ptr<Model> model_;
  std::optional<HeldOutRows> held_out_;
  std::optional<EmpiricalRisk> risk_;
  std::optional<CheckpointManager> checkpoints_;
  TrainingState state_;
  std::int64_t first_step_ = 0;  // where this job took the run up
  std::optional<RunLog> log_;
  std::optional<RunObserver> observer_;
  RunSummary summary_;
};

void TrainingJob::watch_for_hangs() {
  if (const double timeout = step_timeout_seconds(settings_.run.step_timeout, scheduler_surroundings()); timeout > 0) {
    watchdog_.emplace(timeout, hosts_, comm_);
  }
}

/// --max-time is the user's own word.
void TrainingJob::heed_time_limit() {
  if (is_root() && settings_.run.max_time_seconds == 0) {
    heed_scheduler(
        monitor_, [this] { return observer_ ? observer_->seconds_to_stop() : 0.0; }, console_);
  }
}

/// What does not fit is refused before it is allocated.
void TrainingJob::load() {
  const Timer timer;
  const Doing reading(Activity::reading);
  problem_ = load_problem(settings_, execution_, [this](const ModelDescription& model, const DataShape& shape) {
    return memory_.require(model, shape);
  });
  summary_.seconds.load = timer.seconds();
  warn_of_guesses(problem_, console_);
}

void TrainingJob::open_run_folder() {
  on_root(comm_, [&] {
    create_run_folder(folder_);
    lock_.emplace(folder_);
    if (!lock_->exclusive()) {
      console_.warning(folder_ + ": this file system has no locks; start no second job in this folder");
    }
    remove_leftovers(files_, folder_);
    const Index p = model_->dimension();
    const double state = static_cast<double>(optimizer_vectors(settings_.fit, p).state * p);
    const std::string shortage =
        shortage_of_space(folder_, free_bytes(folder_), state * sizeof(double), settings_.run.keep);
    if (!shortage.empty()) {
      console_.warning(shortage);
    }
  });
  checkpoints_.emplace(files_, folder_, settings_.run.keep, comm_, console_);
}

void TrainingJob::make_objective() {
  model_ = make_model(problem_.model, problem_.class_weights);
  BatchSettings batches;
  if (settings_.fit.optimizer->is_mini_batch()) {
    batches = {settings_.fit.batch_size, settings_.fit.seed};
  }
  const Penalty penalty(settings_.penalty.l2, model_->penalised(), settings_.penalty.l1);
  risk_.emplace(problem_.rows, *model_, penalty, batches, execution_, [this] {
    RideAlong wishes;
    wishes.stop = static_cast<std::uint64_t>(monitor_.wish());
    wishes.checkpoint = is_root() && observer_ && observer_->wishes_checkpoint() ? 1 : 0;
    return wishes;
  });
  if (problem_.validation) {
    held_out_.emplace(*problem_.validation, problem_.model, execution_);
  }
}

void TrainingJob::restore_state() {
  state_ = resume_or_start(settings_, fresh_state(settings_, problem_, comm_), *checkpoints_, console_);
  first_step_ = state_.optimizer.iteration;
}

void TrainingJob::write_start() {
  const std::string unit = settings_.fit.optimizer->is_mini_batch() ? "epoch" : "iteration";
  write_text(kConfigName, std::string(kConfigHeader) + to_toml(config_entries(settings_)));
  on_root(comm_, [&] {
    remove_file(files_, folder_, kModelName);
    if (state_.history.empty()) {
      remove_file(files_, folder_, kSummaryName);  // of a run that is trained over
    }
    log_.emplace(files_, folder_, unit, state_.history);
  });
  observer_.emplace(
      settings_, state_, [this] { return risk_->agreed().checkpoint != 0; }, monitor_, *checkpoints_,
      log_ ? &*log_ : nullptr, comm_, console_);
  const double limit = is_root() ? monitor_.limit_seconds() : 0;
  show_start({settings_, problem_, comm_.size(), threads_, first_step_, limit}, console_);
}

void TrainingJob::optimise() {
  const Timer timer;
  const Doing training(Activity::training);
  monitor_.begin_training();
  show_step(first_step_);
  try {
    const EarlyStopping early_stopping =
        held_out_ ? EarlyStopping(*held_out_, settings_.fit.patience) : EarlyStopping();
    summary_.outcome = fit(*risk_, settings_.fit, execution_, state_.optimizer, *observer_, early_stopping);
    summary_.outcome.reason += remedy_of_unconverged(settings_, summary_.outcome);
  } catch (const NumericalStop& stop) {
    if (!is_agreed(stop)) {
      throw;  // the other ranks go on
    }
    summary_.outcome.status = Summary::Status::failed;
    summary_.outcome.reason = explained(stop);
    summary_.outcome.objective = std::numeric_limits<double>::quiet_NaN();
    summary_.seconds.train = timer.seconds();
    if (state_.optimizer.iteration > first_step_) {
      observer_->save_end();  // the state stands before the step that failed
    }
    write_summary();
    throw Agreed<NumericalStop>(summary_.outcome.reason);
  }
  summary_.seconds.train = timer.seconds() - checkpoints_->seconds();
  observer_->warn_at_end(summary_.outcome);
  if (summary_.outcome.status == Summary::Status::stopped) {
    const auto agreed = static_cast<StopReason>(risk_->agreed().stop);
    const StopReason reason = agreed != StopReason::none ? agreed : monitor_.wish();  // none: given up in a solve
    summary_.outcome.reason += " (" + to_string(reason) + ")";
  } else if (state_.optimizer.iteration == first_step_ && first_step_ > 0) {
    console_.info(finished_already(settings_, state_.optimizer));
  }
}

/// What the optimizers cannot know: the option that helps, the columns and the row of the data that are at fault.
std::string TrainingJob::explained(const NumericalStop& stop) {
  std::string text = stop.what();
  if (dynamic_cast<const NoFiniteOptimum*>(&stop) != nullptr) {
    text += "; use --l2";
  }
  if (dynamic_cast<const Divergence*>(&stop) != nullptr) {
    text += remedy_of_long_steps(settings_);
  }
  if (dynamic_cast<const Overflow*>(&stop) != nullptr) {
    text += row_at_fault(settings_, problem_.split, risk_->first_row_that_overflows());
  }
  return text;
}

/// The checkpoint first: whatever fails after it, the run can be taken up again.
ExitCode TrainingJob::finish() {
  observer_->save_end();
  if (summary_.outcome.status != Summary::Status::stopped) {
    evaluate();
  }
  test_failure(TestPhase::finish);
  const Summary::Status status = summary_.outcome.status;
  if (status == Summary::Status::converged || status == Summary::Status::limit_reached) {
    on_root(comm_, [&] { replace_durably(files_, folder_, kModelName, to_bytes(trained_model(problem_, state_))); });
  }
  write_summary();
  say(result(summary_));
  console_.info("results in " + folder_);
  switch (status) {
    case Summary::Status::converged:
    case Summary::Status::limit_reached:
      return ExitCode::success;
    case Summary::Status::stopped:
      return ExitCode::stopped_early;
    case Summary::Status::failed:
      break;
  }
  throw Agreed<NumericalStop>(summary_.outcome.reason);
}

/// A model that predicts infinity for rows that it was trained on is none, finite though its objective may be.
void TrainingJob::evaluate() {
  const Timer timer;
  const Doing evaluating(Activity::evaluating);
  const Vector& w = final_parameters(state_.optimizer);
  const Task task = problem_.model.task();
  const bool are_kept = model_->keeps_margins();
  const Margins computed =
      are_kept ? Margins() : compute_margins(problem_.rows, *model_, risk_->of_columns(w), execution_);
  const Margins& margins = are_kept ? risk_->accepted_margins() : computed;
  const std::int64_t row =
      first_row_without(RowResult::prediction, problem_.rows, margins, task, problem_.rows.weight, comm_);
  if (row >= 0) {
    summary_.outcome.status = Summary::Status::failed;
    summary_.outcome.reason = "the model's predictions overflow" + remedy_of_long_steps(settings_) +
                              row_at_fault(settings_, problem_.split, row);
    return;
  }
  summary_.metrics = evaluate_metrics(problem_.rows, margins, task, execution_);
  if (held_out_) {
    summary_.validation = held_out_->metrics(w);
  }
  for (const std::string& warning : overflow_warnings(summary_)) {
    console_.warning(warning);
  }
  summary_.seconds.evaluate = timer.seconds();
}

void TrainingJob::write_text(const std::string& name, const std::string& text) {
  on_root(comm_, [&] { replace_durably(files_, folder_, name, std::as_bytes(std::span(text))); });
}

void TrainingJob::write_summary() {
  summary_.model = to_string(settings_.model.kind);
  summary_.optimizer = to_string(settings_.fit.optimizer);
  summary_.iterations = state_.optimizer.iteration;
  summary_.epochs = state_.optimizer.epoch;
  summary_.passes = risk_->passes();
  summary_.rows = problem_.rows.partition.rows;
  summary_.features = problem_.rows.features;
  summary_.parameters = model_->dimension();
  summary_.ranks = comm_.size();
  summary_.threads = threads_;
  summary_.data_fingerprint = to_hex(problem_.rows.fingerprint);
  summary_.parameters_sha256 = parameters_sha256(problem_.model, final_parameters(state_.optimizer));
  summary_.seconds.checkpoint = checkpoints_->seconds();
  summary_.seconds.checkpoint_writer = checkpoints_->processor_seconds();
  summary_.seconds.total = total_.seconds();
  write_text(kSummaryName, to_json(summary_));
}

void TrainingJob::say(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    console_.info(line);
  }
}

}  // namespace

ExitCode train(const TrainSettings& settings, const Execution& execution, const JobHosts& hosts, Console& console) {
  TrainSettings completed;
  agree(execution.comm(), [&] {
    settings.validate();
    completed = settings.completed();
  });
  return TrainingJob(completed, execution, hosts, console).run();
}

}  // namespace lockstep
