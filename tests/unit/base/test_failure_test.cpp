#include "base/test_failure.h"

#include "lockstep/base/errors.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace lockstep {
namespace {

class TestFailure : public ::testing::Test {
 protected:
  ~TestFailure() override {
    unsetenv(kTestFailureVariable);
    detail::phase_to_fail = TestPhase::none;
  }
  static void request(const char* text, int rank) {
    setenv(kTestFailureVariable, text, 1);
    take_test_failure(rank);
  }
};

TEST_F(TestFailure, ComesInItsPhaseOnItsRankOnly) {
  take_test_failure(2);
  EXPECT_NO_THROW(test_failure(TestPhase::solve));
  request("", 2);
  request("2:solve", 0);
  EXPECT_NO_THROW(test_failure(TestPhase::solve));
  request("2:solve", 2);
  EXPECT_NO_THROW(test_failure(TestPhase::leaf));
  try {
    test_failure(TestPhase::solve);
    ADD_FAILURE() << "not thrown";
  } catch (const Error& error) {
    EXPECT_FALSE(is_agreed(error));
    EXPECT_EQ(error.code(), ExitCode::io_error);
    EXPECT_STREQ(error.what(), "LOCKSTEP_TEST_FAIL: this rank fails in the phase 'solve'");
  }
}

TEST_F(TestFailure, RefusesARequestThatItDoesNotKnow) {
  for (const char* text : {"2", "2:", ":", "2:sleeping"}) {
    EXPECT_THROW(request(text, 2), ConfigurationError) << text;
  }
}

}  // namespace
}  // namespace lockstep
