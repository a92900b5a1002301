#include "run/training_state.h"

#include "base/hash.h"
#include "io/format_number.h"
#include "lockstep/base/errors.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "support/field_count.h"
#include "support/states.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::filled;
using testing::is_same;

/// Every field with a value of its own, and those that are hard to keep.
TrainingState some_state() {
  TrainingState state;
  visit(state, [fill = testing::Filler()](const char* name, auto& field) mutable {
    if constexpr (std::is_same_v<decltype(field), std::vector<ConfigEntry>&>) {
      field = {{"l2", "0.001", true}, {"drop", "[\"a\", \"b\"]", true}};
    } else {
      fill(name, field);
    }
  });
  state.optimizer.parameters = Vector{{1.5, -0.0, std::numeric_limits<double>::denorm_min(), 1e300}};
  state.history[1].validation_loss = std::numeric_limits<double>::quiet_NaN();
  return state;
}

void expect_same_entries(const TrainingState& a, const TrainingState& b) {
  visit(a, b, [](const char* name, const auto& of_a, const auto& of_b) {
    if constexpr (std::is_same_v<decltype(of_a), const std::vector<ConfigEntry>&>) {
      ASSERT_EQ(of_a.size(), of_b.size());
      for (std::size_t i = 0; i < of_a.size(); ++i) {
        EXPECT_EQ(of_a[i].key, of_b[i].key);
        EXPECT_EQ(of_a[i].value, of_b[i].value);
      }
    } else {
      EXPECT_TRUE(is_same(of_a, of_b)) << name;
    }
  });
}

TEST(TrainingState, NamesAllItsFields) {
  EXPECT_EQ(testing::named_field_count<TrainingState>(), testing::field_count<TrainingState>());
  EXPECT_EQ(testing::named_field_count<HistoryEntry>(), testing::field_count<HistoryEntry>());
}

TEST(TrainingState, ComesBackBitForBit) {
  const TrainingState state = some_state();
  const std::vector<std::byte> bytes = to_bytes(state);
  const TrainingState back = parse_checkpoint(bytes, "x");
  expect_same_entries(back, state);
  EXPECT_TRUE(std::signbit(back.optimizer.parameters[1]));
  EXPECT_EQ(to_bytes(back), bytes) << "equal states give equal bytes";
}

TEST(TrainingState, MayBeEmpty) {
  expect_same_entries(parse_checkpoint(to_bytes(TrainingState{}), "x"), TrainingState{});
}

TEST(TrainingState, DamageIsRefused) {
  std::vector<std::byte> bytes = to_bytes(some_state());
  bytes[bytes.size() / 2] ^= std::byte{4};
  EXPECT_THROW(parse_checkpoint(bytes, "x"), DataError);
}

TEST(TrainingState, WhosePairsDoNotFitTheParametersIsRefused) {
  TrainingState state = some_state();
  state.optimizer.lbfgs.gradient_changes.assign(2, Vector::Ones(3));
  try {
    parse_checkpoint(to_bytes(state), "x");
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "x: /state/gradient_changes does not fit the parameters");
  }
}

TEST(TrainingState, OfAnotherFormatIsRefusedNamingBothNumbersAndWhatToDo) {
  for (const auto& [number, kind] : {std::pair(2, "newer"), std::pair(0, "unknown")}) {
    std::vector<std::byte> bytes = to_bytes(some_state());
    bytes[8] = static_cast<std::byte>(number);
    const std::uint64_t checksum = hash64(std::span<const std::byte>(bytes).first(504));
    std::memcpy(bytes.data() + 504, &checksum, sizeof checksum);
    try {
      parse_checkpoint(bytes, "run/checkpoint-7.h5");
      ADD_FAILURE() << "not refused";
    } catch (const FormatError& error) {
      EXPECT_EQ(error.code(), ExitCode::configuration);
      EXPECT_EQ(error.what(), "run/checkpoint-7.h5: " + std::string(kind) + " format version " +
                                  std::to_string(number) +
                                  " (this Lockstep reads 1); go on with the Lockstep that wrote it, or train anew with "
                                  "--resume never --overwrite");
    }
  }
}

TEST(ReplicaHash, SeesEveryField) {
  const auto base = filled<OptimizerState>();
  std::size_t fields = 0;
  visit(base, [&](const char*, const auto&) { ++fields; });
  for (std::size_t changed = 0; changed < fields; ++changed) {
    OptimizerState other = base;
    std::size_t at = 0;
    std::string changed_name;
    visit(other, [&](const char* name, auto& field) {
      if (at++ == changed) {
        field = {};
        changed_name = name;
      }
    });
    EXPECT_NE(replica_hash(other), replica_hash(base)) << changed_name;
  }
}

TEST(ReplicaHash, SeesTheLastBitOfAVectorAndWhereOneEnds) {
  const auto base = filled<OptimizerState>();
  OptimizerState other = base;
  other.parameters[3] = std::nextafter(other.parameters[3], 1e9);
  EXPECT_NE(replica_hash(other), replica_hash(base));
  other = base;
  other.lbfgs.gradient_changes.insert(other.lbfgs.gradient_changes.begin(), other.lbfgs.point_changes.back());
  other.lbfgs.point_changes.pop_back();
  EXPECT_NE(replica_hash(other), replica_hash(base));
}

}  // namespace
}  // namespace lockstep
