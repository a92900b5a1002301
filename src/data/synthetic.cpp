#include "data/synthetic.h"

#include "base/portable_math.h"
#include "base/random.h"
#include "data/synthetic_labels.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace lockstep {

namespace {

constexpr std::array<std::pair<SyntheticKind, std::string_view>, 6> kKinds = {{{SyntheticKind::linear, "linear"},
                                                                               {SyntheticKind::logistic, "logistic"},
                                                                               {SyntheticKind::softmax, "softmax"},
                                                                               {SyntheticKind::poisson, "poisson"},
                                                                               {SyntheticKind::gamma, "gamma"},
                                                                               {SyntheticKind::mlp, "mlp"}}};

// Streams of random numbers: of a row its features and its label, of an output its weights, of a column its scale.
constexpr std::uint32_t kFeatures = 0;
constexpr std::uint32_t kLabel = 1;
constexpr std::uint32_t kScale = 2;
constexpr std::uint32_t kWeights = 3;  // and on, one a layer

/// Σ a_i b_i in eight lanes.
double dot(const double* a, const double* b, std::int64_t n) {
  std::array<double, 8> lane{};
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::int64_t l = 0; l < 8; ++l) {
      lane[static_cast<std::size_t>(l)] = std::fma(a[i + l], b[i + l], lane[static_cast<std::size_t>(l)]);
    }
  }
  for (; i < n; ++i) {
    lane[0] = std::fma(a[i], b[i], lane[0]);
  }
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

double deviation_of_kind(SyntheticKind kind) {
  return kind == SyntheticKind::poisson || kind == SyntheticKind::gamma ? 0.5 : 2;
}

}  // namespace

std::string to_string(SyntheticKind kind) {
  return std::string(std::ranges::find(kKinds, kind, &decltype(kKinds)::value_type::first)->second);
}

std::string known_synthetic_kinds() {
  std::string names;
  for (const auto& [kind, name] : kKinds) {
    names += (names.empty() ? "" : kind == kKinds.back().first ? " or " : ", ") + std::string(name);
  }
  return names;
}

SyntheticKind synthetic_kind(const std::string& name) {
  const auto* const found = std::ranges::find(kKinds, name, &decltype(kKinds)::value_type::second);
  if (found == kKinds.end()) {
    throw ConfigurationError("must be " + known_synthetic_kinds());
  }
  return found->first;
}

bool SyntheticSettings::has_classes() const {
  return kind == SyntheticKind::logistic || outputs() > 1;
}

Index SyntheticSettings::outputs() const {
  return kind == SyntheticKind::softmax || kind == SyntheticKind::mlp ? classes : 1;
}

SyntheticProblem::SyntheticProblem(const SyntheticSettings& settings) : settings_(settings) {
  const std::int64_t d = settings.features;
  if (settings.is_dense()) {
    correlation_ = correlation_of_condition(settings.condition, d);
  } else {
    log_absent_ = portable::log(1 - settings.density);
  }
  const double deviation = deviation_of_kind(settings.kind);
  if (settings.kind == SyntheticKind::mlp) {
    layers_.push_back(made_layer(d, kSyntheticUnits, deviation, kWeights));
    layers_.push_back(made_layer(kSyntheticUnits, settings.classes, 3, kWeights + 1));
  } else {
    layers_.push_back(made_layer(d, settings.outputs(), deviation, kWeights));
  }
}

double SyntheticProblem::column_scale(std::int64_t column) const {
  if (settings_.is_dense() || settings_.condition == 1) {
    return 1;
  }
  RandomStream random(settings_.seed, static_cast<std::uint64_t>(column), kScale);
  return portable::exp(-0.5 * portable::log(settings_.condition) * random.uniform());
}

/// Of wᵀx; inputs that are no features count as independent ones of variance 1.
double SyntheticProblem::deviation_of(std::span<const double> weight) const {
  const bool is_of_features = std::ssize(weight) == settings_.features;
  const double rho = is_of_features ? correlation_ : 0;
  double variance = 0;
  double before = 0;  // Σ_{i<j} ρ^{j−i} w_i
  for (std::size_t j = 0; j < weight.size(); ++j) {
    const double w = weight[j] * (is_of_features ? column_scale(static_cast<std::int64_t>(j)) : 1);
    variance = std::fma(w, std::fma(2.0, before, w), variance);
    before = rho * (before + w);
  }
  return std::sqrt(variance * (is_of_features ? settings_.density : 1));
}

SyntheticLayer SyntheticProblem::made_layer(Index inputs, Index outputs, double deviation, std::uint32_t stream) const {
  SyntheticLayer layer{inputs, outputs, {}, {}};
  layer.weight.resize(static_cast<std::size_t>(inputs * outputs));
  layer.bias.resize(static_cast<std::size_t>(outputs));
  const auto of_output = [&](Index k) {
    return std::span(layer.weight).subspan(static_cast<std::size_t>(k * inputs), static_cast<std::size_t>(inputs));
  };
  for (Index k = 0; k < outputs; ++k) {
    const std::span<double> weight = of_output(k);
    portable::fill_normal(settings_.seed, static_cast<std::uint64_t>(k), stream, weight);
    const double scale = deviation / deviation_of(weight);
    std::ranges::for_each(weight, [&](double& w) { w *= scale; });
  }
  portable::fill_normal(settings_.seed, static_cast<std::uint64_t>(outputs), stream, layer.bias);
  std::ranges::for_each(layer.bias, [](double& b) { b *= 0.5; });
  if (settings_.kind != SyntheticKind::softmax) {
    return layer;
  }
  const auto centre = [&](auto value_of) {
    double sum = 0;
    for (Index k = 0; k < outputs; ++k) {
      sum += value_of(k);
    }
    const double mean = sum / static_cast<double>(outputs);
    for (Index k = 0; k < outputs; ++k) {
      value_of(k) -= mean;
    }
  };
  for (Index j = 0; j < inputs; ++j) {
    centre([&](Index k) -> double& { return layer.weight[static_cast<std::size_t>(k * inputs + j)]; });
  }
  centre([&](Index k) -> double& { return layer.bias[static_cast<std::size_t>(k)]; });
  return layer;
}

void SyntheticProblem::fill(Run rows, RowBlock& block) const {
  block.first_row = rows.begin;
  block.rows = rows.size();
  block.features = settings_.features;
  block.is_dense = settings_.is_dense();
  block.dense.clear();
  block.column.clear();
  block.value.clear();
  block.label.clear();
  block.row_start.assign(block.is_dense ? 0 : 1, 0);
  std::vector<double> hidden;
  std::vector<double> z;
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    if (block.is_dense) {
      add_dense_row(row, block);
    } else {
      add_sparse_row(row, block);
    }
    if (settings_.storage == Scalar::float32) {
      std::vector<double>& values = block.is_dense ? block.dense : block.value;
      const std::size_t begin = block.is_dense ? values.size() - static_cast<std::size_t>(settings_.features)
                                               : static_cast<std::size_t>(block.row_start[block.row_start.size() - 2]);
      std::for_each(values.begin() + static_cast<std::ptrdiff_t>(begin), values.end(),
                    [](double& x) { x = static_cast<float>(x); });
    }
    add_label(row, block, hidden, z);
  }
}

void SyntheticProblem::add_dense_row(std::int64_t row, RowBlock& block) const {
  const std::size_t begin = block.dense.size();
  block.dense.resize(begin + static_cast<std::size_t>(settings_.features));
  const std::span<double> x = std::span(block.dense).subspan(begin);
  portable::fill_normal(settings_.seed, static_cast<std::uint64_t>(row), kFeatures, x);
  if (correlation_ == 0) {
    return;
  }
  const double rest = std::sqrt(std::fma(-correlation_, correlation_, 1.0));
  for (std::size_t j = 1; j < x.size(); ++j) {
    x[j] = std::fma(correlation_, x[j - 1], rest * x[j]);
  }
}

/// The gaps between entries are geometric: floor(ln u / ln(1 − p)).
void SyntheticProblem::add_sparse_row(std::int64_t row, RowBlock& block) const {
  RandomStream random(settings_.seed, static_cast<std::uint64_t>(row), kFeatures);
  const auto next_gap = [&] { return portable::log(random.uniform() + 0x1p-54) / log_absent_; };
  const auto features = static_cast<double>(settings_.features);
  double column = next_gap();
  for (; column < features; column += 1 + std::floor(next_gap())) {
    column = std::floor(column);
    block.column.push_back(static_cast<std::int32_t>(column));
    const std::uint32_t first = random.next();
    const double value = portable::normal_pair(first, random.next())[0];
    block.value.push_back(value * column_scale(block.column.back()));
  }
  block.row_start.push_back(std::ssize(block.column));
}

void SyntheticProblem::add_label(std::int64_t row, RowBlock& block, std::vector<double>& hidden,
                                 std::vector<double>& z) const {
  const SyntheticLayer& first = layers_.front();
  hidden.assign(first.bias.begin(), first.bias.end());
  for (Index k = 0; k < first.outputs; ++k) {
    const double* const weight = first.weight.data() + k * first.inputs;
    double& output = hidden[static_cast<std::size_t>(k)];
    if (block.is_dense) {
      output += dot(block.dense.data() + std::ssize(block.dense) - settings_.features, weight, settings_.features);
      continue;
    }
    const auto begin = static_cast<std::size_t>(block.row_start[block.row_start.size() - 2]);
    for (std::size_t i = begin; i < block.column.size(); ++i) {
      output = std::fma(block.value[i], weight[block.column[i]], output);
    }
  }
  z = hidden;
  if (layers_.size() > 1) {
    const SyntheticLayer& last = layers_.back();
    std::ranges::transform(hidden, hidden.begin(), portable::tanh);
    z.assign(last.bias.begin(), last.bias.end());
    for (Index k = 0; k < last.outputs; ++k) {
      z[static_cast<std::size_t>(k)] += dot(hidden.data(), last.weight.data() + k * last.inputs, last.inputs);
    }
  }
  RandomStream random(settings_.seed, static_cast<std::uint64_t>(row), kLabel);
  const double noise = settings_.noise;
  switch (settings_.kind) {
    case SyntheticKind::linear:
      block.label.push_back(synthetic::linear(random, z.front(), noise));
      break;
    case SyntheticKind::logistic:
      block.label.push_back(synthetic::logistic(random, z.front(), noise));
      break;
    case SyntheticKind::poisson:
      block.label.push_back(synthetic::poisson(random, z.front(), noise));
      break;
    case SyntheticKind::gamma:
      block.label.push_back(synthetic::gamma(random, z.front(), noise));
      break;
    case SyntheticKind::softmax:
    case SyntheticKind::mlp:
      block.label.push_back(synthetic::largest(random, z, noise));
      break;
  }
}

}  // namespace lockstep
