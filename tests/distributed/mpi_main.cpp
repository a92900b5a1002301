/// main() of the distributed tests: all ranks run the same tests and leave with the worst rank's exit code.
///
/// Rank 0 reports as usual; the others only report what fails there. An exception ends its rank, and with it the
/// launch: a test caught half-way would leave the other ranks waiting in a collective.
#include "lockstep/comm/mpi_communicator.h"

#include <algorithm>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

class FailurePrinter final : public ::testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

  // GoogleTest holds its mutex while it reports a result: the name cannot be asked for then.
  void OnTestStart(const ::testing::TestInfo& test) override {
    test_ = std::string(test.test_suite_name()) + "." + test.name();
  }

  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (result.failed()) {
      std::cerr << "rank " << rank_ << ": " << test_ << ": "
                << (result.file_name() == nullptr ? "" : result.file_name()) << ':' << result.line_number() << ": "
                << result.message() << std::endl;
    }
  }

 private:
  int rank_;
  std::string test_;
};

TEST(MpiMain, DISABLED_OnlyTheLastRankFails) {
  const MpiCommunicator comm;
  EXPECT_NE(comm.rank(), comm.size() - 1);
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  GTEST_FLAG_SET(catch_exceptions, false);
  const lockstep::MpiEnvironment environment;
  lockstep::MpiCommunicator comm;
  if (comm.rank() > 0) {
    ::testing::TestEventListeners& listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new lockstep::FailurePrinter(comm.rank()));
  }
  return std::ranges::max(lockstep::all_gather_value(comm, RUN_ALL_TESTS()));
}
