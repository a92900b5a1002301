#include "run/free_space.h"

#include "lockstep/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

TEST(FreeSpace, IsAskedForTheCheckpointsThatAreKeptOneMoreAndTheModel) {
  EXPECT_EQ(shortage_of_space("run", 4e6, 1e6, 2), "");
  EXPECT_EQ(shortage_of_space("run", 3.9e6, 1e6, 2),
            "run folder run: 3.9 MB are free, a checkpoint takes about 1 MB, those that are kept and the model 4 MB");
  try {
    static_cast<void>(shortage_of_space("run", 0.9e6, 1e6, 2));
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cannot_create);
    EXPECT_THAT(error.what(), HasSubstr("900 kB are free, a checkpoint takes about 1 MB; make room"));
  }
}

TEST(FreeSpace, OfAFolderIsKnown) {
  EXPECT_GT(free_bytes("."), 0);
  EXPECT_GT(free_bytes("/no/such/folder"), 1e300);
}

}  // namespace
}  // namespace lockstep
