/// Damage of any kind, anywhere in a checkpoint or model file, is refused naming the file; a run falls back to the
/// checkpoint before. LOCKSTEP_DAMAGE_TRIALS=N: N of each kind of file in place of 200.
#include "base/random.h"
#include "io/checkpoint_file.h"
#include "lockstep/base/errors.h"
#include "model/losses.h"
#include "run/checkpoint_manager.h"
#include "run/model_file.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/power_loss_file_system.h"
#include "support/recording_console.h"
#include "support/states.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::StartsWith;

std::uint32_t trials() {
  const char* text = std::getenv("LOCKSTEP_DAMAGE_TRIALS");
  return text == nullptr ? 200 : static_cast<std::uint32_t>(std::stoul(text));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The trial-th damage of a file: another content, whatever it hits.
std::string damaged(const std::string& good, std::uint32_t trial) {
  RandomStream random(7, 0, trial);
  const auto size = static_cast<std::uint32_t>(good.size());
  const auto flip = [&](std::string& file) { file[random.below(size)] ^= static_cast<char>(1U << random.below(8)); };
  std::string file = good;
  while (file == good) {
    switch (trial % 8) {
      case 0:
        file.resize(random.below(size));
        break;
      case 1:  // the end was never written
        std::fill(file.begin() + random.below(size), file.end(), '\0');
        break;
      case 2: {  // a sector of something else
        const std::size_t begin = random.below(size) / 512 * 512;
        for (std::size_t i = begin; i < std::min<std::size_t>(begin + 512, size); ++i) {
          file[i] = static_cast<char>(random.below(256));
        }
        break;
      }
      case 3:  // within the header, what is read first
        file[random.below(kSealBytes)] ^= static_cast<char>(1U << random.below(8));
        break;
      case 4:
        for (std::uint32_t i = 0; i < 2 + trial % 20; ++i) {
          flip(file);
        }
        break;
      default:
        flip(file);
    }
  }
  return file;
}

TrainingState at_step(std::int64_t step) {
  TrainingState state;
  state.optimizer = filled<OptimizerState>();
  state.optimizer.parameters = Vector::LinSpaced(4, 0, static_cast<double>(step));
  state.optimizer.iteration = step;
  state.history.resize(40);
  state.configuration = {{"l2", "0.001", true}};
  return state;
}

TEST(DamagedCheckpoint, IsNamedAndTheOneBeforeItTaken) {
  const std::string good = text_of(to_bytes(at_step(2)));
  const std::vector<std::byte> before = to_bytes(at_step(1));
  for (std::uint32_t trial = 0; trial < trials(); ++trial) {
    SCOPED_TRACE(trial);
    PowerLossFileSystem disk({{checkpoint_name(1), text_of(before)}, {checkpoint_name(2), damaged(good, trial)}});
    SerialCommunicator comm;
    RecordingConsole console;
    const auto state = CheckpointManager(disk, "run", 2, comm, console).load_newest();
    ASSERT_TRUE(state);
    ASSERT_EQ(to_bytes(*state), before);
    ASSERT_EQ(console.warnings.size(), 1u);
    ASSERT_THAT(console.warnings[0], StartsWith("run/checkpoint-2.h5: "));
  }
}

ModelFile a_network() {
  ModelFile file;
  file.model.kind = model_kind("mlp");
  file.model.features = 8;
  file.model.hidden = {6};
  file.model.outputs = 3;
  file.schema = schema_of_names(8, {"a", "b", "c", "d", "e", "f", "g", "h"}, "y", {});
  file.schema.set_class_names({"red", "green", "blue"});
  file.parameters = Vector::LinSpaced(file.model.dimension(), -1, 1);
  file.configuration = "l2 = 0.1\n";
  return file;
}

ModelFile a_linear_model() {
  ModelFile file;
  file.model.kind = model_kind("logistic");
  file.model.features = 2;
  file.schema = schema_of_names(2, {"a", "b"}, "y", {});
  file.schema.set_class_names({"no", "yes"});
  file.parameters = Vector{{1, -2, 0.5}};
  return file;
}

TEST(DamagedModel, IsRefusedNamingIt) {
  for (const ModelFile& model : {a_network(), a_linear_model()}) {
    const std::string good = text_of(to_bytes(model));
    for (std::uint32_t trial = 0; trial < trials() / 2; ++trial) {
      SCOPED_TRACE(trial);
      const std::string bad = damaged(good, trial);
      try {
        parse_model(std::as_bytes(std::span(bad)), "run/model.h5");
        FAIL() << "silently taken";
      } catch (const Error& error) {
        ASSERT_THAT(error.what(), StartsWith("run/model.h5: "));
      }
    }
  }
}

}  // namespace
}  // namespace lockstep::testing
