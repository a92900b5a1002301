#include "fit/label_support.h"

#include "fit/one_sided_columns.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// How many rows have weight: one number a class where labels are classes, else for labels 0 and others.
std::vector<std::int64_t> weighing_rows(const TrainingProblem& problem, Communicator& comm) {
  const Dataset& rows = problem.rows;
  const bool has_classes = !rows.schema.class_names().empty();
  std::vector<std::int64_t> count(has_classes ? rows.schema.class_names().size() : 2, 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows.rows); ++i) {
    const double label = rows.label[i];
    const std::size_t group = has_classes ? static_cast<std::size_t>(label) : (label != 0 ? 1 : 0);
    const bool weighs = rows.weight.empty() || rows.weight[i] > 0;
    const bool class_weighs = problem.class_weights.empty() || problem.class_weights[group] > 0;
    count[group] += weighs && class_weighs ? 1 : 0;
  }
  for (std::int64_t& one : count) {
    one = all_sum(comm, one);
  }
  return count;
}

/// Why the intercept has no finite optimum; empty: it has one.
std::string missing_support(const LearningSettings& settings, const TrainingProblem& problem,
                            const std::vector<std::int64_t>& weighing) {
  if (!settings.model.kind->recedes_in) {
    return "";
  }
  if (*settings.model.kind->recedes_in == LabelGroups::zero_or_more) {
    return weighing[1] > 0 ? "" : "every count with weight is 0: the intercept falls without bound";
  }
  const auto absent = std::ranges::find(weighing, 0);
  return absent == weighing.end()
             ? ""
             : fmt::format(
                   "class {} has no row with weight: its intercept falls without bound; give it weight, or "
                   "leave its rows out",
                   printable(problem.rows.schema.class_names()[static_cast<std::size_t>(absent - weighing.begin())]));
}

/// Half the square of a residual keeps its digits where labels reach this.
constexpr double kLeastReach = 1e-140;

void require_squares(const LearningSettings& settings, const std::string& source, const TrainingProblem& problem,
                     Communicator& comm) {
  const bool is_square = settings.model.kind->squares_labels && problem.rows.schema.class_names().empty();
  double reach = 0;
  for (const double label : problem.rows.label) {
    reach = std::max(reach, std::abs(label));
  }
  reach = std::ranges::max(all_gather_value(comm, reach));
  if (is_square && reach > 0 && reach < kLeastReach) {
    throw Agreed<DataError>(
        {source, 0, 0},
        fmt::format("labels reach {:.3g} only, and squares of such numbers vanish in a float64; scale the "
                    "labels",
                    reach));
  }
}

}  // namespace

std::optional<ColumnSigns> signs_to_look_for(const LearningSettings& settings, const RawData& raw) {
  constexpr std::int64_t kMostMarks = 20'000'000;
  const std::optional<LabelGroups> kind = settings.model.kind->recedes_in;
  const std::int64_t groups = kind == LabelGroups::classes ? std::ssize(raw.schema.class_names()) : 2;
  if (!settings.fit.optimizer->is_mini_batch() || !kind || settings.penalty.l1 > 0 || settings.penalty.l2 > 0 ||
      settings.fit.weight_decay > 0 || raw.block.features * groups > kMostMarks) {
    return std::nullopt;
  }
  return ColumnSigns(raw.block.features, *kind, static_cast<std::size_t>(groups));
}

void require_label_support(const LearningSettings& settings, const std::string& source, TrainingProblem& problem,
                           Communicator& comm) {
  const std::vector<std::int64_t> weighing = weighing_rows(problem, comm);
  if (std::ranges::all_of(weighing, [](std::int64_t rows) { return rows == 0; })) {
    throw Agreed<DataError>({source, 0, 0}, "every row has weight 0 (--weight-column times --class-weight)");
  }
  require_squares(settings, source, problem, comm);
  const std::string why = missing_support(settings, problem, weighing);
  if (why.empty() || !settings.model.intercept) {
    return;
  }
  const std::string text = fmt::format("{}: no finite optimum, whatever the penalty: {}", source, why);
  if (!settings.fit.optimizer->is_mini_batch()) {
    throw Agreed<NumericalStop>(text);
  }
  problem.rows.notices.push_back(text);
}

}  // namespace lockstep
