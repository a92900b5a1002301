/// main() of the distributed tests: all ranks run the same tests and leave with the worst rank's exit code.
///
/// Rank 0 reports as usual; the others only report what fails there. An exception ends its rank, and with it the
/// launch: a test caught half-way would leave the other ranks waiting in a collective.
#include "lockstep/comm/mpi_communicator.h"

#include <algorithm>
#include <iostream>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

class FailurePrinter final : public ::testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (result.failed()) {
      const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
      std::cerr << "rank " << rank_ << ": ";
      if (test != nullptr) {
        std::cerr << test->test_suite_name() << '.' << test->name() << ": ";
      }
      std::cerr << (result.file_name() == nullptr ? "" : result.file_name()) << ':' << result.line_number() << ": "
                << result.message() << std::endl;
    }
  }

 private:
  int rank_;
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
