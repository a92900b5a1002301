/// Writes beside the caller: one at a time, tried again, never lost by haste.
#include "run/checkpoint_writer.h"

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TrainingState at_step(std::int64_t step) {
  TrainingState state;
  state.optimizer.iteration = step;
  return state;
}

/// Notes the steps that it writes; fails while it is told to.
class Disk {
 public:
  void write(const TrainingState& state) {
    if (failures > 0) {
      --failures;
      throw std::runtime_error("full");
    }
    const std::lock_guard lock(mutex_);
    steps_.push_back(state.optimizer.iteration);
  }

  std::vector<std::int64_t> steps() {
    const std::lock_guard lock(mutex_);
    return steps_;
  }

  std::atomic<int> failures = 0;

 private:
  std::mutex mutex_;
  std::vector<std::int64_t> steps_;
};

class Writer : public ::testing::Test {
 protected:
  Disk disk_;
  CheckpointWriter writer_{[this](const TrainingState& state) { disk_.write(state); }};
};

TEST_F(Writer, WritesEveryStateInItsOrder) {
  for (int step = 1; step <= 20; ++step) {
    writer_.submit(at_step(step));
  }
  writer_.settle();
  EXPECT_EQ(disk_.steps().size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(disk_.steps()));
  EXPECT_THAT(writer_.take_news(), IsEmpty());
}

TEST(WriterBeside, TheCallerGoesOnWhileItWrites) {
  std::promise<void> gate;
  std::atomic<bool> written = false;
  CheckpointWriter writer([&, open = gate.get_future().share()](const TrainingState&) {
    open.wait();
    written = true;
  });
  TrainingState state = at_step(1);
  writer.submit(state);
  EXPECT_FALSE(written);
  gate.set_value();
  writer.settle();
  EXPECT_TRUE(written);
}

TEST(WriterBeside, WhatItWritesIsTheStateAsItWas) {
  std::promise<void> gate;
  std::int64_t seen = 0;
  CheckpointWriter writer([&, open = gate.get_future().share()](const TrainingState& state) {
    open.wait();
    seen = state.optimizer.iteration;
  });
  TrainingState state = at_step(1);
  writer.submit(state);
  state.optimizer.iteration = 2;
  gate.set_value();
  writer.settle();
  EXPECT_EQ(seen, 1);
}

TEST_F(Writer, TriesAgainByItself) {
  disk_.failures = 1;
  writer_.submit(at_step(7));
  for (int i = 0; disk_.steps().empty() && i < 1000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(disk_.steps(), ElementsAre(7));
  writer_.settle();
  const std::vector<WriteNews> news = writer_.take_news();
  ASSERT_EQ(news.size(), 2u);
  EXPECT_EQ(news[0].failure, "full");
  EXPECT_EQ(news[1].failure, "");
  EXPECT_THAT(writer_.take_news(), IsEmpty());
}

TEST_F(Writer, ANewerStateTakesThePlaceOfOneThatFailed) {
  disk_.failures = 3;
  for (int step = 1; step <= 4; ++step) {
    writer_.submit(at_step(step));
    writer_.settle();
  }
  EXPECT_THAT(disk_.steps(), ElementsAre(4));
  const std::vector<WriteNews> news = writer_.take_news();
  ASSERT_EQ(news.size(), 2u) << "one that it fails, one that it is over";
  EXPECT_EQ(news[0].step, 1);
  EXPECT_EQ(news[1].step, 4);
}

TEST_F(Writer, EndsWithoutTryingAgainForEver) {
  disk_.failures = 1000000;
  const auto begin = std::chrono::steady_clock::now();
  {
    CheckpointWriter other([this](const TrainingState& state) { disk_.write(state); });
    other.submit(at_step(1));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace lockstep
