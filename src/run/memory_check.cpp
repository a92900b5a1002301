#include "run/memory_check.h"

#include "comm/agreement.h"
#include "data/data_input.h"
#include "lockstep/base/errors.h"
#include "run/problem.h"
#include "run/run_folder.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// How the file of held-out rows will be read.
ReadSettings foreseen_held_out(const TrainSettings& settings, const DataHead& head) {
  ReadSettings read = without_foreign_options(held_out_settings(settings));
  if (head.schema.is_table) {
    ModelFile like;
    like.model.features = head.outlook.features;
    like.schema = head.schema;
    read = held_out_columns(settings, like).read;
  }
  // Levels and classes may stand below the head.
  read.expected = head.schema;
  read.expected.set_class_names({});
  read.unknown = UnknownPolicy::ignore;
  return read;
}

/// What is foreseen from the head of a file must be so many times what there is.
constexpr double kMargin = 1.5;
/// Another optimizer is named where it takes less than this part of the memory.
constexpr double kWorthwhile = 0.9;

}  // namespace

std::string shortage(const Plan& plan, const Placement& placement, const MemoryLimits& limits) {
  const double together = plan.bytes_of_ranks(placement.ranks_here);
  if (together > limits.together.bytes) {
    return fmt::format("{} are {}", bytes_text(limits.together.bytes), limits.together.name);
  }
  if (together - plan.program_bytes * placement.ranks_here > limits.allowed.bytes) {
    return fmt::format("{} are {}", bytes_text(limits.allowed.bytes), limits.allowed.name);
  }
  const double address = plan.total_bytes() - plan.program_bytes + plan.address_bytes;
  if (address > limits.alone.bytes) {
    return fmt::format("with its threads' stacks it takes {} more of address space, {} are {}", bytes_text(address),
                       bytes_text(limits.alone.bytes), limits.alone.name);
  }
  return {};
}

void refuse_plan(const TrainSettings& settings, const ModelDescription& model, const DataShape& shape,
                 const Placement& placement, const MemoryLimits& limits, bool is_foreseen, const std::string& what) {
  const Plan plan = make_plan(settings, model, shape, placement.ranks, placement.threads);
  const std::string together =
      placement.ranks_here > 1
          ? fmt::format(", {} for the {} ranks of this machine", bytes_text(plan.bytes_of_ranks(placement.ranks_here)),
                        placement.ranks_here)
          : "";
  std::string advice = "use more machines, or fewer ranks with more threads";
  TrainSettings other = settings;
  other.fit.optimizer = OptimizerKind("newton-cg");
  const Plan instead = make_plan(other, model, shape, placement.ranks, placement.threads);
  if (settings.fit.optimizer->takes_hessians() && instead.total_bytes() < kWorthwhile * plan.total_bytes()) {
    advice = fmt::format("use --optimizer newton-cg, which needs no Hessian and about {} a rank{}",
                         bytes_text(instead.total_bytes()),
                         shortage(instead, placement, limits).empty() ? "" : ", and more machines");
  }
  if (DataShape streamed = shape; !shape.has_any_row) {
    streamed.has_any_row = true;
    streamed.is_streamed = true;
    const Plan from_file = make_plan(settings, model, streamed, placement.ranks, placement.threads);
    if (shortage(from_file, placement, limits).empty()) {
      advice += fmt::format("; or store the rows as HDF5 (trainer convert), which need not fit: about {} a rank",
                            bytes_text(from_file.total_bytes()));
    }
  }
  throw ConfigurationError(fmt::format(
      "{} with {}{} parameters needs about {} a rank ({}){}; {}: {}",
      what.empty() ? to_string(settings.fit.optimizer) : what, is_foreseen ? "at least " : "", model.dimension(),
      bytes_text(plan.total_bytes()), parts_text(plan), together, shortage(plan, placement, limits), advice));
}

MemoryCheck::MemoryCheck(const TrainSettings& settings, const Execution& execution, const JobHosts& hosts,
                         std::string what)
    : settings_(settings),
      what_(std::move(what)),
      comm_(execution.comm()),
      placement_{execution.ranks(), ranks_beside(hosts, execution.rank()), execution.threads()},
      limits_(memory_limits()) {
  if (settings.launch.memory.bytes > 0) {
    limits_.allowed = {settings.launch.memory.bytes, "allowed beside the program (--memory)"};
  }
}

void MemoryCheck::foresee() {
  const bool has_file = settings_.validation.rows.is_file();
  on_root(comm_, [&] {
    ReadSettings read = settings_.data;
    read.threads = placement_.threads;
    const DataHead head = foresee_data(read);
    rows_ = head.outlook;
    notices_ = head.notices;
    if (has_file) {
      const DataHead held_out = foresee_data(foreseen_held_out(settings_, head));
      held_out_ = held_out.outlook;
      std::ranges::copy(held_out.notices, std::back_inserter(notices_));
    }
  });
  broadcast_values(comm_, std::span(&rows_, 1), 0);
  broadcast_values(comm_, std::span(&held_out_, 1), 0);
}

DataShape MemoryCheck::foreseen_shape(const DataOutlook& rows, const DataOutlook& held_out) const {
  DataShape shape = shape_of(rows);
  if (const double fraction = settings_.validation.rows.fraction; fraction > 0) {
    const auto part = [&](std::int64_t count) { return std::llround(fraction * static_cast<double>(count)); };
    shape.held_out_rows = part(shape.rows);
    shape.held_out_entries = part(shape.stored_entries);
    shape.rows -= shape.held_out_rows;
    shape.stored_entries -= shape.held_out_entries;
  } else {
    shape.held_out_rows = held_out.rows;
    shape.held_out_entries = held_out.stored_entries;
    shape.is_held_out_file = held_out.rows > 0;
    shape.has_any_row = shape.has_any_row && (held_out.rows == 0 || held_out.has_any_row);
  }
  return shape;
}

ModelDescription MemoryCheck::foreseen_model() const {
  return describe_model(settings_.model, rows_.features, std::max<std::int64_t>(2, rows_.classes));
}

Plan MemoryCheck::plan_of(const DataShape& shape) const {
  return make_plan(settings_, foreseen_model(), shape, placement_.ranks, placement_.threads);
}

DataShape MemoryCheck::as_it_fits(const ModelDescription& model, DataShape shape) {
  shape.is_streamed =
      shape.has_any_row && !fits_everywhere(make_plan(settings_, model, shape, placement_.ranks, placement_.threads));
  return shape;
}

Plan MemoryCheck::foreseen_plan() {
  return plan_of(as_it_fits(foreseen_model(), foreseen_shape(rows_, held_out_)));
}

std::string MemoryCheck::foreseen_text() const {
  const bool is_whole = rows_.is_whole && held_out_.is_whole;
  const std::string classes =
      rows_.classes > 0 ? fmt::format(", {}{} classes", is_whole ? "" : "at least ", rows_.classes) : "";
  return fmt::format("data: {}{} rows × {}{} features{}{}", rows_.is_counted ? "" : "about ", rows_.rows,
                     rows_.has_all_features ? "" : "at least ", rows_.features, classes,
                     is_whole ? "" : "; foreseen from the head of the file");
}

bool MemoryCheck::fits_everywhere(const Plan& plan) {
  return all_sum(comm_, shortage(plan, placement_, limits_).empty() ? 0 : 1) == 0;
}

void MemoryCheck::count(DataOutlook& outlook, const std::string& path) {
  if (!outlook.is_counted) {
    ReadSettings read = settings_.data;  // standard input is counted as it is foreseen
    read.path = path;
    read.threads = placement_.threads;
    count_rows(read, outlook, comm_);
  }
}

void MemoryCheck::require_foreseen() {
  if (fits_everywhere(plan_of(foreseen_shape(rows_.at_most(), held_out_.at_most())))) {
    return;
  }
  count(rows_, settings_.data.path);
  count(held_out_, settings_.validation.rows.text);
  const DataShape shape = as_it_fits(foreseen_model(), foreseen_shape(rows_, held_out_));
  const Plan plan = plan_of(shape);
  DataShape surely = shape;  // rows of a dense reader may turn out to be zeros, which the layout leaves out
  if (surely.is_read_dense && !surely.is_streamed) {
    surely.stored_entries = 0;
    surely.held_out_entries = 0;
  }
  Plan least = plan_of(surely);
  least.reading_bytes = std::max(least.reading_bytes, plan.reading_bytes / kMargin);
  least.data_bytes = std::max(least.data_bytes, plan.data_bytes / kMargin);
  const bool has_all_outputs = rows_.is_whole || foreseen_model().task() != Task::multiclass;
  require_least(least, foreseen_model(), shape, !rows_.has_all_features || !has_all_outputs);
}

bool MemoryCheck::require(const ModelDescription& model, DataShape shape) {
  if (held_out_.rows > 0) {
    shape.held_out_rows = held_out_.rows;
    shape.held_out_entries = held_out_.stored_entries;
    shape.is_held_out_file = true;
    shape.has_any_row = shape.has_any_row && held_out_.has_any_row;
  }
  shape = as_it_fits(model, shape);
  require_least(make_plan(settings_, model, shape, placement_.ranks, placement_.threads), model, shape, false);
  return shape.is_streamed;
}

void MemoryCheck::require_least(const Plan& least, const ModelDescription& model, const DataShape& shape,
                                bool is_foreseen) {
  agree(comm_, [&] {
    if (!shortage(least, placement_, limits_).empty()) {
      refuse_plan(settings_, model, shape, placement_, limits_, is_foreseen, what_);
    }
  });
}

}  // namespace lockstep
