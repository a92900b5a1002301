/// kill -9 at any moment, of any rank or of mpirun: what is on disk goes on to the same bits, on any layout.
#include "base/random.h"
#include "cli/trainer.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

namespace lockstep::testing {
namespace {

enum class Victim { serial_run, rank, mpirun };

class Killed : public ::testing::Test {
 protected:
  Arguments train(const std::string& run) const {
    return {"train", "--data",      made_, "--run",        run, "--l2",
            "1e-3",  "--optimizer", "sgd", "--batch-size", "8", "--learning-rate",
            "0.05",  "--momentum",  "0.9", "--epochs",     "4", "--checkpoint-every",
            "20i"};
  }

  /// Backing files of shared memory that a killed rank leaves behind go where the test cleans up.
  std::vector<std::string> own_environment() const {
    return environment() +
           Arguments{"OMPI_MCA_btl_vader_backing_directory=" + scratch_.path(""), "TMPDIR=" + scratch_.path("")};
  }

  void wait_milliseconds(std::uint32_t bound) {
    std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(bound)));
  }

  /// Starts, waits for a later checkpoint (or, one time in four, for no more than a moment), kills. Says whether
  /// the kill came before the end.
  bool start_and_kill(const std::string& run, Victim victim) {
    const int ranks = victim == Victim::serial_run ? 0 : 2 + static_cast<int>(random_.below(2));
    Process process(command_line(ranks, 1, train(run)), own_environment());
    const auto before = checkpoints_of(run);
    const bool early = random_.below(4) == 0;
    while (!early && process.running() && checkpoints_of(run) == before) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    wait_milliseconds(victim == Victim::serial_run ? 60 : 250);
    const std::vector<pid_t> ranks_running = children_of(process.pid());
    if (victim == Victim::rank && !ranks_running.empty()) {
      kill(ranks_running[random_.below(static_cast<std::uint32_t>(ranks_running.size()))], SIGKILL);
    } else {
      process.send(SIGKILL);
    }
    for (const pid_t rank : ranks_running) {
      for (int i = 0; is_alive(rank) && i < 5000; ++i) {
        process.running();  // takes leave of an mpirun that has ended
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      EXPECT_FALSE(is_alive(rank)) << "a rank lives on after another one, or mpirun, was killed";
    }
    // No rank is left. mpirun alone may stay: Open MPI 4.1 sometimes hangs in its own clean-up when a rank dies within
    // MPI_Init. wait() ends it then.
    return process.wait(std::chrono::seconds(10)).exit_code != 0;
  }

  void expect_same_bits_after_kills(Victim victim, std::uint64_t seed) {
    random_ = RandomStream(seed, 0, 0);
    const std::string once = scratch_.path("once");
    launch_well(0, 1, train(once));
    int killed = 0;
    for (int trial = 0; trial < 4; ++trial) {
      SCOPED_TRACE("trial " + std::to_string(trial));
      const std::string run = scratch_.path("trial" + std::to_string(trial));
      killed += start_and_kill(run, victim);
      killed += start_and_kill(run, victim);
      const Layout layout{static_cast<int>(random_.below(4)), 1 + static_cast<int>(random_.below(3))};
      launch_well(layout.ranks, layout.threads, train(run));
      ASSERT_TRUE(exists(run + "/summary.json"));
      EXPECT_EQ(sha_of(run), sha_of(once)) << to_string(layout);
      EXPECT_TRUE(content_of(run + "/model.h5") == content_of(once + "/model.h5"));
      const auto metrics = metrics_of(run);
      ASSERT_EQ(metrics.size(), 4u);
      for (std::size_t epoch = 0; epoch < metrics.size(); ++epoch) {
        EXPECT_EQ(metrics[epoch].at("step"), 500 * (epoch + 1));
      }
    }
    EXPECT_GE(killed, 4) << "the run is too short for this machine: the kills come after its end";
  }

  const Scratch scratch_;
  const std::string made_ = scratch_.write("made.svm", made_sparse_set());
  RandomStream random_{0, 0, 0};
};

TEST_F(Killed, SerialRunResumesToTheSameBits) {
  expect_same_bits_after_kills(Victim::serial_run, 1);
}

TEST_F(Killed, RunThatLostARankResumesToTheSameBits) {
  expect_same_bits_after_kills(Victim::rank, 2);
}

TEST_F(Killed, RunThatLostMpirunResumesToTheSameBits) {
  expect_same_bits_after_kills(Victim::mpirun, 3);
}

}  // namespace
}  // namespace lockstep::testing
