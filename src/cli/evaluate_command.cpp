#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/stored_settings.h"
#include "comm/agreement.h"
#include "run/evaluation_memory.h"
#include "run/problem.h"
#include "run/run_summary.h"

#include <fmt/format.h>

namespace lockstep {

ExitCode run_evaluate(const EvaluateSettings& settings, Communicator& comm, Console& console) {
  const Execution execution(comm, survey_cores(comm, settings.threads, process_environment()).threads);
  const ModelFile file = load_model(settings.model_file, comm);
  StoredColumns columns;
  agree(comm, [&] { columns = with_stored_columns(settings.data, file, settings.model_file); });
  for (const std::string& notice : notices_of(columns)) {
    console.warning(notice);
  }
  const Dataset data = load_data_within(columns.read, file, settings.memory, "evaluate", execution);
  for (const std::string& notice : data.notices) {
    console.warning(notice);
  }
  const auto model = make_model(file.model);
  const Margins margins = compute_margins(data, *model, file.parameters, execution);
  const Task task = file.model.task();
  require_finite(RowResult::error, data, margins, task, data.weight, settings.data.path, comm);
  const Metrics metrics = evaluate_metrics(data, margins, task, execution);
  if (settings.json) {
    std::string json = to_json(metrics);
    json.pop_back();  // the console ends the line
    console.info(json);
  } else {
    const std::string label = columns.label.empty() ? "" : fmt::format("; label '{}', as in training", columns.label);
    console.info(fmt::format("{} rows{}: {}", data.partition.rows, label, to_text(metrics)));
  }
  return ExitCode::success;
}

}  // namespace lockstep
