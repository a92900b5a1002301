#include "run/fresh_state.h"

#include "base/version.h"
#include "lockstep/base/errors.h"
#include "lockstep/optim/minimizer.h"
#include "run/config_entries.h"
#include "run/model_file.h"

#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Where each feature of the run stands in the model; empty where a feature is not there. Without names on either side
/// features go by position.
std::vector<Index> places_in_model(const std::vector<std::string>& run, const std::vector<std::string>& model,
                                   Index features) {
  std::vector<Index> places(static_cast<std::size_t>(features));
  std::iota(places.begin(), places.end(), Index{0});
  if (run.empty() || model.empty()) {
    return places;
  }
  std::unordered_map<std::string, Index> place_of;
  for (std::size_t j = 0; j < model.size(); ++j) {
    place_of.emplace(model[j], static_cast<Index>(j));
  }
  for (std::size_t j = 0; j < run.size(); ++j) {
    const auto found = place_of.find(run[j]);
    if (found == place_of.end()) {
      return {};
    }
    places[j] = found->second;
  }
  return places;
}

/// The parameters with the features in the order of `places`: rows of a network's first matrix, columns of coef.
Vector in_order(const Vector& parameters, const ModelDescription& model, const std::vector<Index>& places) {
  const ParameterBlock block = model.blocks().front();
  const Index features = model.features;
  const Index outputs = model.is_network() ? block.shape[1] : block.shape[0];
  Vector ordered = parameters;
  for (Index j = 0; j < features; ++j) {
    const Index from = places[static_cast<std::size_t>(j)];
    for (Index k = 0; k < outputs; ++k) {
      ordered[block.first + (model.is_network() ? j * outputs + k : k * features + j)] =
          parameters[block.first + (model.is_network() ? from * outputs + k : k * features + from)];
    }
  }
  return ordered;
}

/// Parameters follow the names of their features, as predictions do: a file with its columns in another order starts
/// at the same model.
Vector parameters_of_model(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm) {
  const ModelFile file = load_model(settings.launch.init, comm);
  const ModelDescription& model = problem.model;
  const auto refuse = [&](const std::string& why) {
    throw Agreed<ConfigurationError>(fmt::format(
        "init = \"{}\": a {} model of {} parameters does not fit this run, a {} of {}{}", settings.launch.init,
        to_string(file.model.kind), file.parameters.size(), to_string(model.kind), model.dimension(), why));
  };
  if (file.parameters.size() != model.dimension() || file.model.blocks() != model.blocks()) {
    refuse("");
  }
  if (file.schema.class_names() != problem.rows.schema.class_names()) {
    refuse(" with other classes");
  }
  const std::vector<Index> places =
      places_in_model(problem.rows.schema.feature_names(), file.schema.feature_names(), problem.rows.features);
  if (std::ssize(places) != model.features) {
    refuse(" with other features");
  }
  return in_order(file.parameters, model, places);
}

}  // namespace

TrainingState fresh_state(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm) {
  const bool is_warm = !settings.launch.init.empty();
  TrainingState fresh;
  fresh.optimizer.parameters =
      is_warm ? parameters_of_model(settings, problem, comm) : starting_parameters(problem, settings.fit.seed);
  for (const ConfigEntry& entry : config_entries(settings)) {
    if (entry.shapes_result) {
      fresh.configuration.push_back(entry);
    }
  }
  if (is_warm) {
    const std::string hash = parameters_sha256(problem.model, fresh.optimizer.parameters);
    fresh.configuration.push_back({"init", '"' + hash + '"', true});
  }
  fresh.fingerprint = problem.rows.fingerprint;
  fresh.validation_fingerprint = settings.fit.patience > 0 ? problem.validation->fingerprint : 0;
  fresh.leaves = problem.rows.partition.leaves;
  fresh.lanes = problem.rows.partition.lanes;
  fresh.build = build_id();
  return fresh;
}

ModelFile trained_model(const TrainingProblem& problem, const TrainingState& state) {
  ModelFile file;
  file.model = problem.model;
  file.parameters = final_parameters(state.optimizer);
  file.schema = problem.rows.schema;
  file.configuration = to_toml(state.configuration);
  file.fingerprint = problem.rows.fingerprint;
  return file;
}

}  // namespace lockstep
