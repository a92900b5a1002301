#include "lockstep/train/plan.h"

#include "lockstep/base/errors.h"
#include "lockstep/data/text_error.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

namespace lockstep {

namespace {

constexpr double kDouble = sizeof(double);
constexpr double kAssumedProducts = 20;  // of newton-cg, an iteration
constexpr double kLbfgsVectors = 20;
/// w, a trial, two gradients, a direction and the kernels' copy.
constexpr double kVectors = 6;

/// The sizes that everything follows from, as numbers that do not overflow.
struct Sizes {
  double n, d, entries, k, p, weights, lanes_or_leaves, threads;
  bool is_network, is_sparse, is_stochastic;
};

Sizes sizes_of(const TrainSettings& settings, const ModelDescription& model, const Dataset& data, int threads) {
  const RowPartition& partition = data.partition;
  const bool stochastic = is_mini_batch(settings.optimizer);
  return {
      static_cast<double>(partition.rows),
      static_cast<double>(data.features),
      static_cast<double>(data.layout == Layout::sparse_rows ? data.stored_entries : partition.rows * data.features),
      static_cast<double>(model.outputs),
      static_cast<double>(model.dimension()),
      model.is_network() ? static_cast<double>(model.network().weights())
                         : static_cast<double>(model.outputs * model.features),
      static_cast<double>(stochastic ? partition.lanes : partition.leaves),
      static_cast<double>(threads),
      model.is_network(),
      data.layout == Layout::sparse_rows,
      stochastic};
}

double scalar_bytes(const ModelDescription& model) {
  return model.is_network() && model.precision == Scalar::float32 ? sizeof(float) : kDouble;
}

double data_bytes(const Sizes& s) {
  const double features = s.is_sparse ? s.entries * (kDouble + sizeof(std::int32_t)) + s.n * kDouble
                                      : s.n * static_cast<double>(padded(static_cast<Index>(s.d))) * kDouble;
  const double margins = s.is_network || s.is_stochastic ? s.k : 3 * s.k;
  return features + s.n * kDouble * (2 + margins);
}

/// Partial sums: one a level of the tree and thread, the ranks' total, and what the network needs beside.
double partial_bytes(const Sizes& s, double payload) {
  const auto levels = static_cast<double>(std::bit_width(static_cast<std::uint64_t>(s.lanes_or_leaves)));
  return payload * (s.threads * levels + 3);
}

double optimizer_bytes(const Sizes& s, const TrainSettings& settings, const ModelDescription& model) {
  double bytes = kVectors * s.p * kDouble + partial_bytes(s, s.p * scalar_bytes(model));
  switch (settings.optimizer) {
    case OptimizerKind::newton: {
      const double packed = s.p * (s.p + 1) / 2 * kDouble;
      bytes += partial_bytes(s, packed) + 3 * packed + (s.threads + 3) * s.p * s.p * kDouble;
      break;
    }
    case OptimizerKind::lbfgs:
      bytes += kLbfgsVectors * s.p * kDouble;
      break;
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      bytes += 2 * s.p * kDouble;
      break;
    case OptimizerKind::newton_cg:
      bytes += 5 * s.p * kDouble;
      break;
    default:
      bytes += s.p * kDouble;
      break;
  }
  return bytes;
}

/// Value and gradient over all rows: two products with X, or a forward and a backward pass.
double gradient_flops(const Sizes& s) {
  return s.is_network ? 6 * s.weights * s.n : 4 * s.entries * s.k;
}

/// K (K + 1)/2 blocks XᵀHX, of which one triangle, and the Cholesky factorisation.
double newton_flops(const Sizes& s) {
  const double a_row = s.entries / std::max(s.n, 1.0);
  return s.k * (s.k + 1) / 2 * s.n * a_row * (a_row + 1) + s.p * s.p * s.p / 3;
}

std::string bytes_text(double bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < std::size(units); ++unit) {
    bytes /= 1000;
  }
  return fmt::format("{:.3g} {}", bytes, units[unit]);
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
  standard.model = settings.model;
  standard.optimizer = settings.optimizer;
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

/// The limit of the process's control group (version 2), if there is one.
double control_group_limit() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  double bytes = 0;
  return file >> bytes ? bytes : std::numeric_limits<double>::infinity();
}

}  // namespace

Plan make_plan(const TrainSettings& settings, const ModelDescription& model, const Dataset& data, int ranks,
               int threads) {
  const Sizes s = sizes_of(settings, model, data, threads);
  Plan plan;
  plan.data_bytes = data_bytes(s) / ranks;
  plan.optimizer_bytes = optimizer_bytes(s, settings, model);
  plan.flops = gradient_flops(s);
  plan.bytes_reduced = s.p * scalar_bytes(model);
  if (s.is_stochastic) {
    plan.flops *= std::min(1.0, static_cast<double>(settings.batch_size) / std::max(s.n, 1.0));
  } else if (settings.optimizer == OptimizerKind::newton) {
    plan.flops += newton_flops(s);
    plan.bytes_reduced += s.p * (s.p + 1) / 2 * kDouble;
  } else if (settings.optimizer == OptimizerKind::newton_cg) {
    plan.products = kAssumedProducts;
    plan.flops *= 1 + plan.products;
    plan.bytes_reduced *= 1 + plan.products;
  }
  return plan;
}

std::string to_text(const Plan& plan, const TrainSettings& settings, int ranks, int threads, bool launch) {
  const char* const unit = is_mini_batch(settings.optimizer) ? "a step" : "an iteration";
  std::string text =
      fmt::format("plan: {} a rank (data {}, optimizer {}); {:.3g} GFlop and {} reduced {}",
                  bytes_text(plan.total_bytes()), bytes_text(plan.data_bytes), bytes_text(plan.optimizer_bytes),
                  plan.flops / 1e9, bytes_text(plan.bytes_reduced), unit);
  if (plan.products > 0) {
    text += fmt::format(" of {} curvature products", plan.products);
  }
  if (launch) {
    text += fmt::format("\nlaunch: mpirun --quiet -n {} --map-by slot:PE={} trainer train{}", ranks, threads,
                        options_text(settings, threads));
  }
  return text;
}

double available_memory_bytes() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  bytes = std::min(bytes, control_group_limit());
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    bytes = std::min(bytes, static_cast<double>(limit.rlim_cur));
  }
  return bytes;
}

void require_fit(const Plan& plan, const TrainSettings& settings, const ModelDescription& model, int ranks_here,
                 double memory_bytes) {
  const double needed = plan.total_bytes() * ranks_here;
  if (needed <= memory_bytes) {
    return;
  }
  const bool is_newton = settings.optimizer == OptimizerKind::newton;
  throw ConfigurationError(fmt::format(
      "{} needs about {} a rank ({} for {} parameters, {} for data), {} for the {} ranks of this machine, "
      "which has {}: {}",
      to_string(settings.optimizer), bytes_text(plan.total_bytes()), bytes_text(plan.optimizer_bytes),
      model.dimension(), bytes_text(plan.data_bytes), bytes_text(needed), ranks_here, bytes_text(memory_bytes),
      is_newton ? "use --optimizer newton-cg, which needs no Hessian"
                : "use more machines, or fewer ranks with more threads"));
}

}  // namespace lockstep
