/// trainer check: are the derivatives right, and is a model file a minimum?
#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/same_start.h"
#include "cli/stored_settings.h"
#include "comm/agreement.h"
#include "risk/empirical_risk.h"
#include "run/memory_check.h"
#include "run/problem.h"

#include <algorithm>
#include <optional>

namespace lockstep {

namespace {

/// The stored settings on data read as `columns` say.
TrainSettings settings_on_data(TrainSettings stored, const StoredColumns& columns) {
  const std::string group = stored.data.group_column;
  stored.data = columns.read;
  if (stored.data.group_column.empty()) {
    stored.data.group_column = group;  // rows are held out as they were in training
  }
  if (stored.validation.rows.is_file()) {
    stored.validation.rows = {};  // a file of its own: not learned from
  }
  return stored;
}

}  // namespace

ExitCode run_check(const CheckSettings& check, Communicator& comm, Console& console) {
  require_same_settings(check.training, comm);
  const Execution execution(comm, survey_cores(comm, check.training.launch.threads, process_environment()).threads);
  const std::uint64_t seed = check.training.fit.seed;
  TrainSettings settings = check.training;
  std::optional<ModelFile> file;
  if (!check.model_file.empty()) {
    file = load_model(check.model_file, comm);
    StoredColumns columns;
    agree(comm, [&] {
      columns = with_stored_columns(check.training.data, *file, check.model_file);
      settings = settings_on_data(stored_settings(*file, check.model_file), columns);
    });
    for (const std::string& notice : notices_of(columns)) {
      console.warning(notice);
    }
  }
  settings.model.precision = Scalar::float64;
  settings.fit.optimizer = OptimizerKind();  // rows are read in their order
  settings.data = settings.completed_data();
  settings.model.intercept = settings.has_intercept();
  TrainSettings passes = settings;
  passes.fit.optimizer = OptimizerKind("newton-cg");  // takes gradients and products, as the checks do
  MemoryCheck memory(passes, execution, gather_hosts(execution.comm()), "check");
  memory.foresee();
  memory.require_foreseen();
  const BeforeLayout fit_in = [&](const ModelDescription& model, const DataShape& shape) {
    return memory.require(model, shape);
  };
  const TrainingProblem problem =
      file ? load_problem_for_model(settings, *file, execution, fit_in) : load_problem(settings, execution, fit_in);
  for (const std::string& notice : problem.rows.notices) {
    console.warning(notice);
  }
  const auto model = make_model(problem.model, problem.class_weights);
  EmpiricalRisk risk(problem.rows, *model, Penalty(settings.penalty.l2, model->penalised(), settings.penalty.l1), {},
                     execution);

  const DerivativeSettings derivatives{
      .smoothness = problem.model.smoothness(), .has_hessian = !problem.model.is_network(), .seed = seed};
  const Vector start = starting_parameters(problem, settings.fit.seed);
  CheckReport report{.problem = problem, .settings = settings, .ranks = comm.size(), .threads = execution.threads()};
  const auto check_at = [&](const std::string& place, const Vector& w) {
    report.points.push_back({place, check_derivatives(risk, to_scaled(risk, w), derivatives)});
  };
  check_at("a random point", from_scaled(risk, random_point(risk, to_scaled(risk, start), seed)));
  if (file) {
    check_at("the parameters of the model file", file->parameters);
    CertificateSettings certificate;
    certificate.tolerance = check.training.fit.tolerance;
    certificate.is_convex = !problem.model.is_network();
    certificate.spectrum.seed = seed;
    report.certificate = certify(risk, file->parameters, certificate);
    report.is_training_data = problem.rows.fingerprint == file->fingerprint;
  } else if (problem.model.is_network()) {
    check_at("the initial parameters", start);
  }
  console.info(check.json ? to_json(report) : to_text(report));
  return report.passed() ? ExitCode::success : ExitCode::numerical_stop;
}

}  // namespace lockstep
