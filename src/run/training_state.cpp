#include "run/training_state.h"

#include "base/hash.h"
#include "io/checkpoint_file.h"
#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"

#include <array>

namespace lockstep {

namespace {

std::span<const double> as_span(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

Vector as_vector(const std::vector<double>& values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

/// The state's numbers of one kind, by the names of their datasets.
constexpr std::pair<const char*, double OptimizerState::*> kScalars[] = {
    {"/state/start_value", &OptimizerState::start_value},
    {"/state/start_scale", &OptimizerState::start_scale},
    {"/state/risen_mean", &OptimizerState::risen_mean},
    {"/state/risen_weight", &OptimizerState::risen_weight},
    {"/state/epoch_loss", &OptimizerState::epoch_loss},
    {"/state/epoch_weight", &OptimizerState::epoch_weight},
    {"/state/epoch_mistakes", &OptimizerState::epoch_mistakes},
    {"/state/last_step_length", &OptimizerState::last_step_length},
    {"/state/least_gradient_norm", &OptimizerState::least_gradient_norm},
    {"/state/damping", &OptimizerState::damping},
    {"/state/previous_gradient_norm", &OptimizerState::previous_gradient_norm},
    {"/state/forcing", &OptimizerState::forcing},
    {"/state/best_score", &OptimizerState::best_score},
};

/// Vectors of one length as the rows of a matrix.
void write_vectors(const std::string& name, const std::vector<Vector>& vectors, Hdf5ImageWriter& image) {
  std::vector<double> all;
  for (const Vector& v : vectors) {
    all.insert(all.end(), v.begin(), v.end());
  }
  const auto count = std::ssize(vectors);
  image.write(name, all, {count, count > 0 ? std::ssize(all) / count : 0});
}

std::vector<Vector> read_vectors(const std::string& name, Index length, Hdf5ImageReader& image,
                                 const std::string& path) {
  const std::vector<double> all = image.read_doubles(name);
  if (all.empty()) {
    return {};
  }
  if (length == 0 || std::ssize(all) % length != 0) {
    throw DataError({path, 0, 0}, name + " does not fit the parameters");
  }
  std::vector<Vector> vectors;
  for (Index begin = 0; begin < std::ssize(all); begin += length) {
    vectors.emplace_back(Eigen::Map<const Vector>(all.data() + begin, length));
  }
  return vectors;
}

/// The history as columns: compact, and h5dump shows them as tables.
template <typename T, typename Member>
std::vector<T> column(const std::vector<HistoryEntry>& history, Member member) {
  std::vector<T> values;
  values.reserve(history.size());
  for (const HistoryEntry& entry : history) {
    values.push_back(entry.*member);
  }
  return values;
}

void write_history(const std::vector<HistoryEntry>& history, Hdf5ImageWriter& image) {
  image.write("/history/number", column<std::int64_t>(history, &HistoryEntry::number));
  image.write("/history/step", column<std::int64_t>(history, &HistoryEntry::step));
  image.write("/history/objective", column<double>(history, &HistoryEntry::objective));
  image.write("/history/gradient_norm", column<double>(history, &HistoryEntry::gradient_norm));
  image.write("/history/step_length", column<double>(history, &HistoryEntry::step_length));
  image.write("/history/validation_loss", column<double>(history, &HistoryEntry::validation_loss));
  image.write("/history/validation_accuracy", column<double>(history, &HistoryEntry::validation_accuracy));
  image.write("/history/parameters_hash", column<std::uint64_t>(history, &HistoryEntry::parameters_hash));
}

std::vector<HistoryEntry> read_history(Hdf5ImageReader& image, const std::string& path) {
  const auto number = image.read_integers("/history/number");
  const auto step = image.read_integers("/history/step");
  const auto objective = image.read_doubles("/history/objective");
  const auto gradient_norm = image.read_doubles("/history/gradient_norm");
  const auto step_length = image.read_doubles("/history/step_length");
  const auto validation_loss = image.read_doubles("/history/validation_loss");
  const auto validation_accuracy = image.read_doubles("/history/validation_accuracy");
  const auto hash = image.read_words("/history/parameters_hash");
  std::vector<HistoryEntry> history;
  for (const std::size_t length : {step.size(), objective.size(), gradient_norm.size(), step_length.size(),
                                   validation_loss.size(), validation_accuracy.size(), hash.size()}) {
    if (length != number.size()) {
      throw DataError({path, 0, 0}, "the history's columns differ in length");
    }
  }
  for (std::size_t i = 0; i < number.size(); ++i) {
    history.push_back({number[i], step[i], objective[i], gradient_norm[i], step_length[i], validation_loss[i],
                       validation_accuracy[i], hash[i]});
  }
  return history;
}

}  // namespace

std::vector<std::byte> to_bytes(const TrainingState& state) {
  Hdf5ImageWriter image(kCheckpointHeaderBytes);
  const OptimizerState& optimizer = state.optimizer;
  image.write("/state/parameters", as_span(optimizer.parameters));
  image.write("/state/velocity", as_span(optimizer.velocity));
  image.write("/state/second_moment", as_span(optimizer.second_moment));
  write_vectors("/state/point_changes", optimizer.point_changes, image);
  write_vectors("/state/gradient_changes", optimizer.gradient_changes, image);
  image.write("/state/best_parameters", as_span(optimizer.best_parameters));
  for (const auto& [name, member] : kScalars) {
    image.write_scalar(name, optimizer.*member);
  }
  image.write_scalar("/state/iteration", optimizer.iteration);
  image.write_scalar("/state/epoch", optimizer.epoch);
  image.write_scalar("/state/epoch_step", optimizer.epoch_step);
  image.write_scalar("/state/separated", std::int64_t{optimizer.separated ? 1 : 0});
  image.write_scalar("/state/best_at", optimizer.best_at);
  image.write_scalar("/state/since_best", optimizer.since_best);
  image.write_scalar("/state/since_least", optimizer.since_least);
  image.write_scalar("/state/risen_after", optimizer.risen_after);
  write_history(state.history, image);
  std::vector<std::string> keys;
  std::vector<std::string> values;
  for (const ConfigEntry& entry : state.configuration) {
    keys.push_back(entry.key);
    values.push_back(entry.value);
  }
  image.write("/configuration/keys", keys);
  image.write("/configuration/values", values);
  image.write_scalar("/data/fingerprint", state.fingerprint);
  image.write_scalar("/data/validation_fingerprint", state.validation_fingerprint);
  image.write_scalar("/data/leaves", state.leaves);
  image.write_scalar("/data/lanes", state.lanes);
  image.write("/build", state.build);
  return seal(image.finish());
}

TrainingState parse_checkpoint(std::span<const std::byte> file, const std::string& path) {
  Hdf5ImageReader image(unseal(file, path), path);
  TrainingState state;
  OptimizerState& optimizer = state.optimizer;
  optimizer.parameters = as_vector(image.read_doubles("/state/parameters"));
  optimizer.velocity = as_vector(image.read_doubles("/state/velocity"));
  optimizer.second_moment = as_vector(image.read_doubles("/state/second_moment"));
  optimizer.point_changes = read_vectors("/state/point_changes", optimizer.parameters.size(), image, path);
  optimizer.gradient_changes = read_vectors("/state/gradient_changes", optimizer.parameters.size(), image, path);
  optimizer.best_parameters = as_vector(image.read_doubles("/state/best_parameters"));
  for (const auto& [name, member] : kScalars) {
    optimizer.*member = image.read_double(name);
  }
  optimizer.iteration = image.read_integer("/state/iteration");
  optimizer.epoch = image.read_integer("/state/epoch");
  optimizer.epoch_step = image.read_integer("/state/epoch_step");
  optimizer.separated = image.read_integer("/state/separated") != 0;
  optimizer.best_at = image.read_integer("/state/best_at");
  optimizer.since_best = image.read_integer("/state/since_best");
  optimizer.since_least = image.read_integer("/state/since_least");
  optimizer.risen_after = image.read_integer("/state/risen_after");
  state.history = read_history(image, path);
  const auto keys = image.read_texts("/configuration/keys");
  const auto values = image.read_texts("/configuration/values");
  for (std::size_t i = 0; i < std::min(keys.size(), values.size()); ++i) {
    state.configuration.push_back({keys[i], values[i], true});
  }
  state.fingerprint = image.read_word("/data/fingerprint");
  state.validation_fingerprint = image.read_word("/data/validation_fingerprint");
  state.leaves = image.read_integer("/data/leaves");
  state.lanes = image.read_integer("/data/lanes");
  state.build = image.read_text("/build");
  return state;
}

std::uint64_t replica_hash(const OptimizerState& state) {
  const std::array<std::int64_t, 8> position = {state.iteration,   state.epoch,      state.epoch_step,
                                                state.separated,   state.best_at,    state.since_best,
                                                state.since_least, state.risen_after};
  std::vector<double> scalars;
  for (const auto& [name, member] : kScalars) {
    scalars.push_back(state.*member);
  }
  std::uint64_t hash = hash64(std::as_bytes(std::span(position)));
  hash = hash64(std::span<const double>(scalars), hash);
  for (const Vector* v : {&state.parameters, &state.velocity, &state.second_moment, &state.best_parameters}) {
    hash = hash64(as_span(*v), hash);
  }
  for (const std::vector<Vector>* vectors : {&state.point_changes, &state.gradient_changes}) {
    for (const Vector& v : *vectors) {
      hash = hash64(as_span(v), hash);
    }
  }
  return hash;
}

}  // namespace lockstep
