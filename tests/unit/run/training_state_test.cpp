#include "run/training_state.h"

#include "lockstep/base/errors.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TrainingState some_state() {
  TrainingState state;
  state.optimizer.parameters = Vector{{1.5, -0.0, std::numeric_limits<double>::denorm_min(), 1e300}};
  state.optimizer.velocity = Vector{{0.1, 0.2, 0.3, -0.4}};
  state.optimizer.point_changes = {Vector{{1, 2, 3, 4}}, Vector{{5, 6, 7, 8}}};
  state.optimizer.gradient_changes = {Vector{{-1, 2, -3, 4}}, Vector{{5, -6, 7, -8}}};
  state.optimizer.iteration = 1234567890123;
  state.optimizer.epoch = 3;
  state.optimizer.epoch_step = 17;
  state.optimizer.epoch_loss = 1.0 / 3;
  state.optimizer.epoch_weight = 17 * 64;
  state.optimizer.start_value = -3.5;
  state.optimizer.start_scale = 4.5;
  state.optimizer.risen_after = 1000;
  state.optimizer.risen_mean = 5.5;
  state.optimizer.risen_weight = 6.5;
  state.history = {{1, 40, 0.5, -1, 0.1, 0.7, 0.9, 0xffffffffffffffffu}, {2, 80, 0.4, 1e-3, 0.05, 0.6, 0.8, 7}};
  state.configuration = {{"l2", "0.001", true}, {"drop", "[\"a\", \"b\"]", true}};
  state.fingerprint = 0xdeadbeefdeadbeefu;
  state.leaves = 64;
  state.lanes = 16;
  state.build = "lockstep test";
  return state;
}

TEST(TrainingState, ComesBackBitForBit) {
  const std::vector<std::byte> bytes = to_bytes(some_state());
  const TrainingState back = parse_checkpoint(bytes, "x");
  EXPECT_EQ(replica_hash(back.optimizer), replica_hash(some_state().optimizer));
  EXPECT_TRUE(std::signbit(back.optimizer.parameters[1]));
  ASSERT_EQ(back.history.size(), 2u);
  EXPECT_EQ(back.history[0].parameters_hash, 0xffffffffffffffffu);
  EXPECT_EQ(back.configuration[1].value, "[\"a\", \"b\"]");
  EXPECT_EQ(to_bytes(back), bytes) << "equal states give equal bytes";
}

TEST(TrainingState, MayBeEmpty) {
  const TrainingState back = parse_checkpoint(to_bytes(TrainingState{}), "x");
  EXPECT_EQ(back.optimizer.parameters.size(), 0);
  EXPECT_TRUE(back.history.empty());
}

TEST(TrainingState, DamageIsRefused) {
  std::vector<std::byte> bytes = to_bytes(some_state());
  bytes[bytes.size() / 2] ^= std::byte{4};
  EXPECT_THROW(parse_checkpoint(bytes, "x"), DataError);
}

TEST(ReplicaHash, SeesEveryField) {
  const OptimizerState base = some_state().optimizer;
  const auto changed = [&](auto change) {
    OptimizerState other = base;
    change(other);
    return replica_hash(other) != replica_hash(base);
  };
  EXPECT_TRUE(changed([](OptimizerState& s) { s.parameters[0] = std::nextafter(s.parameters[0], 2); }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.velocity[3] = 0; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { ++s.iteration; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { ++s.epoch_step; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.epoch_loss = 0; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.second_moment = Vector::Ones(4); }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.point_changes.push_back(Vector::Ones(4)); }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.gradient_changes.push_back(Vector::Ones(4)); }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.best_parameters = Vector::Ones(4); }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.separated = true; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.since_best = 2; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.damping = 1; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.start_value = 1; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.start_scale = 1; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.risen_after = 1; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.risen_mean = 1; }));
  EXPECT_TRUE(changed([](OptimizerState& s) { s.risen_weight = 1; }));
}

}  // namespace
}  // namespace lockstep
