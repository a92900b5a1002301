#include "lockstep/train/training_state.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/hash.h"
#include "lockstep/io/checkpoint_file.h"
#include "lockstep/io/hdf5_image.h"

#include <array>

namespace lockstep {

namespace {

std::span<const double> as_span(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

Vector as_vector(const std::vector<double>& values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
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
  image.write("/history/parameters_hash", column<std::uint64_t>(history, &HistoryEntry::parameters_hash));
}

std::vector<HistoryEntry> read_history(Hdf5ImageReader& image, const std::string& path) {
  const auto number = image.read_integers("/history/number");
  const auto step = image.read_integers("/history/step");
  const auto objective = image.read_doubles("/history/objective");
  const auto gradient_norm = image.read_doubles("/history/gradient_norm");
  const auto step_length = image.read_doubles("/history/step_length");
  const auto hash = image.read_words("/history/parameters_hash");
  std::vector<HistoryEntry> history;
  for (const std::size_t length :
       {step.size(), objective.size(), gradient_norm.size(), step_length.size(), hash.size()}) {
    if (length != number.size()) {
      throw DataError({path, 0, 0}, "the history's columns differ in length");
    }
  }
  for (std::size_t i = 0; i < number.size(); ++i) {
    history.push_back({number[i], step[i], objective[i], gradient_norm[i], step_length[i], hash[i]});
  }
  return history;
}

}  // namespace

std::vector<std::byte> to_bytes(const TrainingState& state) {
  Hdf5ImageWriter image(kCheckpointHeaderBytes);
  const OptimizerState& optimizer = state.optimizer;
  image.write("/state/parameters", as_span(optimizer.parameters));
  image.write("/state/velocity", as_span(optimizer.velocity));
  image.write_scalar("/state/iteration", optimizer.iteration);
  image.write_scalar("/state/epoch", optimizer.epoch);
  image.write_scalar("/state/epoch_step", optimizer.epoch_step);
  image.write_scalar("/state/epoch_loss", optimizer.epoch_loss);
  image.write_scalar("/state/epoch_weight", optimizer.epoch_weight);
  image.write_scalar("/state/initial_gradient_norm", optimizer.initial_gradient_norm);
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
  optimizer.iteration = image.read_integer("/state/iteration");
  optimizer.epoch = image.read_integer("/state/epoch");
  optimizer.epoch_step = image.read_integer("/state/epoch_step");
  optimizer.epoch_loss = image.read_double("/state/epoch_loss");
  optimizer.epoch_weight = image.read_double("/state/epoch_weight");
  optimizer.initial_gradient_norm = image.read_double("/state/initial_gradient_norm");
  state.history = read_history(image, path);
  const auto keys = image.read_texts("/configuration/keys");
  const auto values = image.read_texts("/configuration/values");
  for (std::size_t i = 0; i < std::min(keys.size(), values.size()); ++i) {
    state.configuration.push_back({keys[i], values[i], true});
  }
  state.fingerprint = image.read_word("/data/fingerprint");
  state.leaves = image.read_integer("/data/leaves");
  state.lanes = image.read_integer("/data/lanes");
  state.build = image.read_text("/build");
  return state;
}

std::uint64_t replica_hash(const OptimizerState& state) {
  const std::array<std::int64_t, 3> position = {state.iteration, state.epoch, state.epoch_step};
  const std::array<double, 3> scalars = {state.initial_gradient_norm, state.epoch_loss, state.epoch_weight};
  std::uint64_t hash = hash64(as_span(state.parameters));
  hash = hash64(as_span(state.velocity), hash);
  hash = hash64(std::span(scalars), hash);
  return hash64(std::as_bytes(std::span(position)), hash);
}

}  // namespace lockstep
