#include "run/plan.h"

#include "data/feature_matrix.h"
#include "data/text_error.h"
#include "fit/optimizer_vectors.h"
#include "run/config_entries.h"
#include "run/memory_model.h"
#include "run/problem.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr double kDouble = sizeof(double);
constexpr double kSpareMemory = 1.25;    // what a scheduler is asked for, of what is planned
constexpr double kAssumedProducts = 20;  // of newton-cg, an iteration

/// Value and gradient over all rows: two products with X, or a forward and a backward pass.
double gradient_flops(const PlanSizes& s, double entries) {
  return s.is_network ? 6 * s.weights * s.n : 4 * entries * s.k;
}

/// K (K + 1)/2 blocks XᵀHX, of which one triangle.
double hessian_flops(const PlanSizes& s, double entries) {
  const double a_row = entries / std::max(s.n, 1.0);
  return s.k * (s.k + 1) / 2 * s.n * a_row * (a_row + 1);
}

/// Two flops for each number of p that is read: partial sums are zeroed, read and written, the optimizer's vectors read
/// twice.
double vector_flops(const PlanSizes& s, const TrainSettings& settings) {
  const double lanes = std::min(s.n, static_cast<double>(std::max<std::int64_t>(1, settings.fit.lanes)));
  const double units = s.is_stochastic  ? std::max(1.0, lanes / (s.ranks * s.threads))
                       : s.is_by_column ? 1
                                        : s.units_a_thread;
  const OptimizerVectors vectors = optimizer_vectors(settings.fit, static_cast<Index>(s.p));
  return 2 * s.p * (3 * units + 2 * static_cast<double>(vectors.state + vectors.working));
}

double cholesky_flops(const PlanSizes& s) {
  return s.p * s.p * s.p / 3;
}

/// A TOML literal of a configuration entry as a word of the shell.
std::string shell_text(const std::string& literal) {
  std::string plain;
  for (const char c : literal) {
    if (c != '"' && c != '[' && c != ']' && c != ' ') {
      plain += c;
    }
  }
  return shell_word(plain);
}

/// Every option that is not as by default, and the threads.
std::string options_text(const TrainSettings& settings, int threads) {
  TrainSettings standard;
  standard.model.kind = settings.model.kind;
  standard.fit.optimizer = settings.fit.optimizer;
  const std::vector<ConfigEntry> usual = config_entries(standard);
  std::string text;
  for (const ConfigEntry& entry : config_entries(settings)) {
    const auto same = std::ranges::find(usual, entry.key, &ConfigEntry::key);
    const bool is_named = entry.key == "model" || entry.key == "optimizer" || entry.key == "run";
    if (entry.key == "threads" || (!is_named && same->value == entry.value)) {
      continue;
    }
    if (entry.value == "true") {
      text += " --" + entry.key;
    } else if (entry.value == "false") {
      text += " --no-" + entry.key;
    } else {
      text += " --" + entry.key + " " + shell_text(entry.value);
    }
  }
  return text + fmt::format(" --threads {}", threads);
}

}  // namespace

DataShape shape_of(const DataOutlook& outlook) {
  DataShape shape;
  shape.rows = outlook.rows;
  shape.features = outlook.features;
  shape.stored_entries = outlook.stored_entries;
  shape.columns = outlook.columns;
  shape.reader_bytes = outlook.reader_bytes;
  shape.is_read_dense = outlook.is_dense;
  shape.is_text = outlook.is_text;
  shape.has_any_row = outlook.has_any_row;
  return shape;
}

DataShape shape_of(const TrainingProblem& problem) {
  const Dataset& rows = problem.rows;
  DataShape shape = problem.shape;
  shape.features = rows.features;
  if (problem.validation && shape.held_out_rows == 0) {
    shape.is_held_out_file = true;
    shape.held_out_rows = problem.validation->partition.rows;
    shape.held_out_entries = problem.validation->stored_entries;
  }
  return shape;
}

double Plan::total_bytes() const {
  return program_bytes + std::max(reading_bytes, data_bytes + optimizer_bytes);
}

Plan make_plan(const TrainSettings& settings, const ModelDescription& model, const DataShape& data, int ranks,
               int threads) {
  const PlanSizes s(settings, model, data, ranks, threads);
  // Dense layouts multiply their zeros too.
  const bool is_sparse = choose_layout(data.rows, data.features, data.stored_entries, s.access) == Layout::sparse_rows;
  const double entries = is_sparse ? static_cast<double>(data.stored_entries) : s.n * s.d;
  Plan plan;
  plan.reading_bytes = reading_bytes(s, data);
  plan.data_bytes = data_bytes(s, settings, data, model);
  plan.optimizer_bytes = optimizer_bytes(s, settings, data, model);
  plan.program_bytes = program_bytes(s);
  plan.root_bytes =
      std::clamp(plan.data_bytes + plan.optimizer_bytes - plan.reading_bytes, 0.0, checkpoint_bytes(s, settings));
  plan.stream_bytes = data.is_streamed ? stream_bytes(s, settings, data) : 0;
  plan.address_bytes = address_bytes(s, settings);
  plan.flops = gradient_flops(s, entries);
  plan.vector_flops = vector_flops(s, settings);
  plan.bytes_reduced = s.p * s.scalar_bytes;
  const OptimizerRow::SecondOrder second_order = settings.fit.optimizer->second_order;
  if (s.is_stochastic) {
    plan.flops *= std::min(1.0, static_cast<double>(settings.fit.batch_size) / std::max(s.n, 1.0));
  } else if (second_order == OptimizerRow::SecondOrder::hessian) {
    plan.product_flops = hessian_flops(s, entries);
    plan.solve_flops = cholesky_flops(s);
    plan.flops += plan.product_flops + plan.solve_flops;
    plan.bytes_reduced += s.p * (s.p + 1) / 2 * kDouble;
  } else if (second_order == OptimizerRow::SecondOrder::products) {
    plan.products = kAssumedProducts;
    plan.flops *= 1 + plan.products;
    plan.bytes_reduced *= 1 + plan.products;
  }
  plan.product_flops = s.is_network ? plan.flops : plan.product_flops;
  return plan;
}

std::string bytes_text(double bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < std::size(units); ++unit) {
    bytes /= 1000;
  }
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

std::string parts_text(const Plan& plan) {
  const bool is_most = plan.reading_bytes > plan.data_bytes + plan.optimizer_bytes;
  const std::string ahead =
      plan.stream_bytes > 0 ? fmt::format(" with {} to read ahead", bytes_text(plan.stream_bytes)) : "";
  return fmt::format("data {}{}{}, optimizer {}, program {}", bytes_text(plan.data_bytes), ahead,
                     is_most ? fmt::format(", while reading {}", bytes_text(plan.reading_bytes)) : "",
                     bytes_text(plan.optimizer_bytes), bytes_text(plan.program_bytes));
}

std::string to_text(const Plan& plan, const TrainSettings& settings) {
  std::string text = fmt::format("plan: {} a rank ({}); {:.3g} GFlop and {} reduced {}", bytes_text(plan.total_bytes()),
                                 parts_text(plan), plan.flops / 1e9, bytes_text(plan.bytes_reduced),
                                 settings.fit.optimizer->is_mini_batch() ? "a step" : "an iteration");
  if (plan.products > 0) {
    text += fmt::format(" of {} curvature products", plan.products);
  }
  return text;
}

std::string launch_text(const TrainSettings& settings, int ranks, int threads) {
  return fmt::format("launch: mpirun -n {} --map-by slot:PE={} trainer train{}", ranks, threads,
                     options_text(settings, threads));
}

std::string submit_text(const Plan& plan, int ranks, int threads) {
  const double mebibytes = std::ceil(kSpareMemory * plan.total_bytes() / threads / 1048576);
  return fmt::format("submit: sbatch --ntasks={} --cpus-per-task={} --mem-per-cpu={:.0f}M train.sbatch", ranks, threads,
                     mebibytes);
}

}  // namespace lockstep
