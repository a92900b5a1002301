#include "run/run_banner.h"

#include "fit/column_scales.h"
#include "run/pace.h"
#include "run/plan.h"
#include "run/run_texts.h"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

void warn(const std::vector<std::string>& lines, Console& console) {
  for (const std::string& line : lines) {
    console.warning(line);
  }
}

}  // namespace

void show_plan(MemoryCheck& memory, const TrainSettings& settings, int ranks, int threads, Console& console) {
  warn(memory.notices(), console);
  const Plan plan = memory.foreseen_plan();
  console.info(memory.foreseen_text());
  console.info(to_text(plan, settings));
  console.info(pace_text(plan, measured_rates(), ranks * threads, settings.fit.optimizer->is_mini_batch()));
  console.info(launch_text(settings, ranks, threads));
  console.info(submit_text(plan, ranks, threads));
}

void warn_of_guesses(const TrainingProblem& problem, Console& console) {
  warn(problem.rows.notices, console);
  if (problem.validation) {
    warn(problem.validation->notices, console);
  }
}

void show_start(const RunStart& start, Console& console) {
  const TrainingProblem& problem = start.problem;
  for (const std::string& line : banner(start.settings, problem, start.ranks, start.threads)) {
    console.info(line);
  }
  const Plan plan = make_plan(start.settings, problem.model, shape_of(problem), start.ranks, start.threads);
  console.info(to_text(plan, start.settings));
  if (start.limit_seconds > 0) {
    const std::string late = too_long_for(start.limit_seconds, plan, measured_rates(), start.ranks * start.threads);
    if (!late.empty()) {
      console.warning(late);
    }
  }
  if (const std::string idle = idle_workers(problem.rows.partition, start.ranks, start.threads); !idle.empty()) {
    console.info(idle);
  }
  if (const std::string unlike = unlike_scales(problem.column_reaches, problem.rows.schema.feature_names());
      !unlike.empty()) {
    console.warning(unlike);
  }
  if (start.first_step > 0) {
    console.info(fmt::format("resuming from step {}", start.first_step));
  }
}

}  // namespace lockstep
