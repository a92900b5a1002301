/// A signal ends the reading at any piece of the file, on all ranks alike.
#include "base/interrupt.h"

#include "support/count_down.h"
#include "unit/data/data_files.h"

namespace lockstep::testing {
namespace {

/// How many of the moments at which a reading may be stopped did stop it.
int stops_in(const ReadSettings& settings) {
  int stops = 0;
  for (int questions = 0; questions < 100; ++questions) {
    const CountDown count(questions);
    try {
      static_cast<void>(read_on(3, settings));
      return stops;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::stopped_early) << error.what();
      EXPECT_STREQ(error.what(), "stopped by a count while reading data");
      EXPECT_TRUE(is_agreed(error)) << "at question " << questions;
    }
    ++stops;
  }
  ADD_FAILURE() << "never read";
  return stops;
}

TEST(InterruptedReading, EndsOnAllRanksAlike) {
  const TemporaryFolder folder;
  EXPECT_GT(stops_in(data_file(folder, "a.csv", "x,y\n1,2\n3,4\n5,6\n7,8\n")), 3);
  EXPECT_GT(stops_in(data_file(folder, "a.svm", "1 1:2\n-1 2:3\n1 1:4\n-1 1:5\n")), 3);
  data_file(folder, "labels-idx1", idx_file('\x08', {3}, {0, 1, 0}));
  ReadSettings images = data_file(folder, "images-idx3", idx_file('\x08', {3, 1, 2}, "abcdef"));
  images.labels = folder / "labels-idx1";
  EXPECT_GT(stops_in(images), 3);
}

}  // namespace
}  // namespace lockstep::testing
