#include "lockstep/train/trainer.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/timer.h"
#include "lockstep/base/version.h"
#include "lockstep/comm/agreement.h"
#include "lockstep/io/durable_file.h"
#include "lockstep/io/run_folder_lock.h"
#include "lockstep/objective/empirical_risk.h"
#include "lockstep/optim/descent.h"
#include "lockstep/optim/sgd.h"
#include "lockstep/train/memory_check.h"
#include "lockstep/train/problem.h"
#include "lockstep/train/resume.h"
#include "lockstep/train/run_observer.h"
#include "lockstep/train/run_summary.h"
#include "lockstep/train/stop_monitor.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// One training job. The members are in the order in which they come to be.
class TrainingJob {
 public:
  TrainingJob(const TrainSettings& settings, int threads, Communicator& comm, Console& console)
      : settings_(settings),
        threads_(threads),
        comm_(comm),
        console_(console),
        folder_(settings.run_folder()),
        monitor_(settings.max_time_seconds) {}

  ExitCode run() {
    require_equal_programs();
    probe_run_folder();
    load();
    make_objective();
    open_run_folder();
    restore_state();
    write_start();
    optimise();
    return finish();
  }

 private:
  void require_equal_programs();
  void probe_run_folder();
  void load();
  void open_run_folder();
  void make_objective();
  void restore_state();
  void write_start();
  void show_banner();
  void optimise();
  Summary minimise();
  ExitCode finish();
  void evaluate();
  void write_text(const std::string& name, const std::string& text);
  void write_model();
  void write_summary();
  void show_result();
  bool is_root() const { return comm_.rank() == 0; }

  const TrainSettings& settings_;
  int threads_;
  Communicator& comm_;
  Console& console_;
  std::string folder_;
  StopMonitor monitor_;
  Timer total_;
  PosixFileSystem files_;
  std::optional<RunFolderLock> lock_;
  LabelledData data_;
  std::optional<Dataset> validation_;
  std::unique_ptr<LinearModel> model_;
  std::optional<EmpiricalRisk> risk_;
  std::optional<CheckpointManager> checkpoints_;
  TrainingState state_;
  std::optional<RunLog> log_;
  std::optional<RunObserver> observer_;
  RunSummary summary_;
};

/// The key of the first line in which two TOML documents of the same keys differ.
std::string first_difference(const std::string& a, const std::string& b) {
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t line = differs == 0 ? 0 : a.rfind('\n', differs - 1) + 1;
  return a.substr(line, a.find(" =", line) - line);
}

/// Two builds or two configurations under one launch would diverge later, in a way nobody could explain. Environment
/// and files may differ between hosts; threads may too.
void TrainingJob::require_equal_programs() {
  const std::vector<std::string> builds = all_gather_text(comm_, build_id());
  std::vector<ConfigEntry> entries = config_entries(settings_);
  std::erase_if(entries, [](const ConfigEntry& entry) { return entry.key == "threads"; });
  const std::vector<std::string> settings = all_gather_text(comm_, to_toml(entries));
  for (std::size_t rank = 1; rank < builds.size(); ++rank) {
    if (builds[rank] != builds[0]) {
      throw ConfigurationError(
          fmt::format("rank {} runs another program or processor kind than rank 0 ({}; rank 0: {}): "
                      "start the same binary on nodes of one kind",
                      rank, builds[rank], builds[0]));
    }
    if (settings[rank] != settings[0]) {
      throw ConfigurationError(
          fmt::format("rank {} was given other settings than rank 0, from '{}' on; give options on "
                      "the command line, or the same files and environment (mpirun -x NAME) to "
                      "every host",
                      rank, first_difference(settings[0], settings[rank])));
    }
  }
}

/// Finds an unusable run folder before the data are read, and creates nothing yet.
void TrainingJob::probe_run_folder() {
  on_root(comm_, [&] {
    std::filesystem::path at = std::filesystem::absolute(folder_);
    while (!std::filesystem::exists(at) && at.has_parent_path() && at != at.parent_path()) {
      at = at.parent_path();
    }
    if (!std::filesystem::is_directory(at)) {
      throw Error(ExitCode::cannot_create, fmt::format("{}: cannot create the run folder ({} is not a folder); choose "
                                                       "another --run",
                                                       folder_, at.string()));
    }
    if (access(at.c_str(), W_OK | X_OK) != 0) {
      throw SystemError(SystemError::Purpose::create_output, at.string(), "write into the run folder", errno);
    }
  });
}

void TrainingJob::load() {
  const Timer timer;
  data_ = load_training_data(settings_, threads_, comm_);
  if (!settings_.validation.empty()) {
    ModelFile like;
    like.kind = settings_.model;
    like.parameters.resize(data_.rows.features + 1);
    like.feature_names = data_.rows.feature_names;
    like.class_names = data_.rows.class_names;
    ReadSettings read = settings_.data;
    read.path = settings_.validation;
    read.labels.clear();  // of the training rows
    validation_ = load_data_for_model(read, like, threads_, comm_);
  }
  summary_.seconds.load = timer.seconds();
}

void TrainingJob::open_run_folder() {
  on_root(comm_, [&] {
    create_run_folder(folder_);
    lock_.emplace(folder_);
    if (!lock_->exclusive()) {
      console_.warning(folder_ + ": this file system has no locks; start no second job in this folder");
    }
    remove_leftovers(files_, folder_);
  });
  checkpoints_.emplace(files_, folder_, settings_.keep, comm_, console_);
}

void TrainingJob::make_objective() {
  model_ = make_model(settings_.model, data_.rows.features, settings_.intercept);
  BatchSettings batches;
  if (settings_.optimizer == OptimizerKind::sgd) {
    batches = {settings_.batch_size, settings_.seed};
  } else {
    require_memory_for_newton(model_->dimension(), data_.rows.partition, threads_);
  }
  risk_.emplace(data_.rows, *model_, Penalty(settings_.l2, model_->penalised()), batches, threads_, comm_, [this] {
    RideAlong wishes;
    wishes.stop = static_cast<std::uint64_t>(monitor_.wish());
    wishes.checkpoint = is_root() && observer_ && observer_->wishes_checkpoint() ? 1 : 0;
    return wishes;
  });
}

void TrainingJob::restore_state() {
  TrainingState fresh;
  fresh.optimizer.parameters = Vector::Zero(model_->dimension());
  for (const ConfigEntry& entry : config_entries(settings_)) {
    if (entry.shapes_result) {
      fresh.configuration.push_back(entry);
    }
  }
  fresh.fingerprint = data_.rows.fingerprint;
  fresh.leaves = data_.rows.partition.leaves;
  fresh.lanes = data_.rows.partition.lanes;
  fresh.build = build_id();
  state_ = resume_or_start(settings_, std::move(fresh), *checkpoints_, console_);
}

void TrainingJob::write_start() {
  const std::string unit = settings_.optimizer == OptimizerKind::sgd ? "epoch" : "iteration";
  write_text("config.toml", to_toml(config_entries(settings_)));
  on_root(comm_, [&] {
    std::filesystem::remove(folder_ + "/model.h5");
    log_.emplace(folder_, unit, state_.history);
  });
  observer_.emplace(settings_, state_, *risk_, *checkpoints_, log_ ? &*log_ : nullptr, console_);
  show_banner();
}

void TrainingJob::show_banner() {
  const RowPartition& partition = data_.rows.partition;
  console_.info(fmt::format("data: {} rows × {} features{}; label {}", partition.rows, data_.rows.features,
                            data_.rows.layout == Layout::sparse_rows ? ", sparse" : "",
                            data_.label_name.empty() ? "in the first field" : "'" + data_.label_name + "'"));
  if (data_.rows.class_names.size() == 2) {
    console_.info(fmt::format("classes: {} = 0, {} = 1", data_.rows.class_names[0], data_.rows.class_names[1]));
  }
  console_.info(fmt::format("{} by {}: {} parameters on {} ranks × {} threads", to_string(settings_.model),
                            to_string(settings_.optimizer), model_->dimension(), comm_.size(), threads_));
  const std::int64_t workers = std::int64_t{comm_.size()} * threads_;
  if (partition.lanes > 0 && workers > partition.lanes) {
    console_.info(
        fmt::format("{} of {} workers idle: a mini-batch run has {} lanes; --lanes {} would use more (another "
                    "result)",
                    workers - partition.lanes, workers, partition.lanes, 2 * partition.lanes));
  }
  if (state_.optimizer.iteration > 0) {
    console_.info(fmt::format("resuming from step {}", state_.optimizer.iteration));
  }
}

void TrainingJob::optimise() {
  const Timer timer;
  const std::int64_t first_step = state_.optimizer.iteration;
  try {
    summary_.outcome = minimise();
  } catch (const NumericalStop& stop) {
    summary_.outcome.status = Summary::Status::failed;
    summary_.outcome.reason = stop.what();
    summary_.outcome.objective = std::numeric_limits<double>::quiet_NaN();
    summary_.seconds.train = timer.seconds();
    write_summary();
    throw;
  }
  summary_.seconds.train = timer.seconds() - checkpoints_->seconds();
  if (summary_.outcome.status == Summary::Status::stopped) {
    const auto reason = static_cast<StopReason>(risk_->agreed().stop);
    summary_.outcome.reason += " (" + to_string(reason) + ")";
  } else if (state_.optimizer.iteration == first_step && first_step > 0) {
    console_.info("this run was finished already");
  }
}

Summary TrainingJob::minimise() {
  if (settings_.optimizer == OptimizerKind::sgd) {
    SgdSettings sgd;
    sgd.epochs = settings_.epochs;
    sgd.schedule = Schedule::parse(settings_.schedule, settings_.learning_rate, settings_.epochs);
    sgd.momentum = settings_.momentum;
    return descend_stochastically(*risk_, sgd, state_.optimizer, *observer_);
  }
  const auto newton = make_newton_cholesky();
  return descend(*risk_, *newton, {settings_.max_iterations, settings_.tolerance}, state_.optimizer, *observer_);
}

/// The checkpoint first: whatever fails after it, the run can be taken up again.
ExitCode TrainingJob::finish() {
  observer_->save_end();
  const Summary::Status status = summary_.outcome.status;
  if (status != Summary::Status::stopped) {
    evaluate();
  }
  if (status == Summary::Status::converged || status == Summary::Status::limit_reached) {
    write_model();
  }
  write_summary();
  show_result();
  switch (status) {
    case Summary::Status::converged:
    case Summary::Status::limit_reached:
      return ExitCode::success;
    case Summary::Status::stopped:
      return ExitCode::stopped_early;
    case Summary::Status::failed:
      break;
  }
  return ExitCode::numerical_stop;
}

void TrainingJob::evaluate() {
  const Timer timer;
  summary_.metrics = evaluate_metrics(data_.rows, risk_->accepted_margins(), threads_, comm_);
  if (validation_) {
    const Margins margins = compute_margins(*validation_, *model_, state_.optimizer.parameters, threads_);
    summary_.validation = evaluate_metrics(*validation_, margins, threads_, comm_);
  }
  summary_.seconds.evaluate = timer.seconds();
}

void TrainingJob::write_text(const std::string& name, const std::string& text) {
  on_root(comm_, [&] { replace_durably(files_, folder_, name, std::as_bytes(std::span(text))); });
}

void TrainingJob::write_model() {
  ModelFile model;
  model.kind = settings_.model;
  model.has_intercept = settings_.intercept;
  model.parameters = state_.optimizer.parameters;
  model.feature_names = data_.rows.feature_names;
  model.class_names = data_.rows.class_names;
  model.label_name = data_.label_name;
  model.configuration = to_toml(state_.configuration);
  model.fingerprint = data_.rows.fingerprint;
  on_root(comm_, [&] { replace_durably(files_, folder_, "model.h5", to_bytes(model)); });
}

void TrainingJob::write_summary() {
  summary_.model = to_string(settings_.model);
  summary_.optimizer = to_string(settings_.optimizer);
  summary_.iterations = state_.optimizer.iteration;
  summary_.epochs = state_.optimizer.epoch;
  summary_.rows = data_.rows.partition.rows;
  summary_.features = data_.rows.features;
  summary_.parameters = model_->dimension();
  summary_.ranks = comm_.size();
  summary_.threads = threads_;
  summary_.data_fingerprint = to_hex(data_.rows.fingerprint);
  summary_.parameters_sha256 = parameters_sha256(state_.optimizer.parameters, settings_.intercept);
  summary_.seconds.checkpoint = checkpoints_->seconds();
  summary_.seconds.total = total_.seconds();
  write_text("summary.json", to_json(summary_));
}

void TrainingJob::show_result() {
  console_.info(fmt::format("{}: {}", status_text(summary_.outcome.status), summary_.outcome.reason));
  if (!summary_.metrics.empty()) {
    console_.info(fmt::format("objective {:.14g}; {}", summary_.outcome.objective, to_text(summary_.metrics)));
  }
  if (!summary_.validation.empty()) {
    console_.info(fmt::format("validation: {}", to_text(summary_.validation)));
  }
  console_.info(fmt::format("seconds: load {:.3g}, train {:.3g}, evaluate {:.3g}, checkpoint {:.3g}",
                            summary_.seconds.load, summary_.seconds.train, summary_.seconds.evaluate,
                            summary_.seconds.checkpoint));
  console_.info(fmt::format("parameters_sha256 {}", summary_.parameters_sha256));
  console_.info("results in " + folder_);
}

}  // namespace

ExitCode train(const TrainSettings& settings, int threads, Communicator& comm, Console& console) {
  settings.validate();
  return TrainingJob(settings, threads, comm, console).run();
}

}  // namespace lockstep
