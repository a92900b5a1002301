#include "run/run_log.h"

#include "run/own_files.h"

#include <algorithm>

#include "unit/io/faulty_file_system.h"
#include "unit/io/temporary_folder.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::Fault;
using testing::FaultyFileSystem;

struct Written {
  std::string text;
  int operations_before = 0;  ///< of the constructor
};

/// The file after two lines, where an operation went wrong.
Written two_lines(Fault fault, int at_operation) {
  const testing::TemporaryFolder folder;
  FaultyFileSystem files(fault, at_operation, ENOSPC);
  Written written;
  {
    RunLog log(files, folder.path(), "iteration", {});
    written.operations_before = files.operations();
    log.append({.number = 1, .step = 1, .objective = 0.5}, 0.25);
    log.append({.number = 2, .step = 2, .objective = 0.25}, 0.5);
  }
  EXPECT_TRUE(fault == Fault::none || files.faulty_operation() == "write");
  written.text = testing::text_of(folder / kMetricsName);
  return written;
}

TEST(RunLog, TakesUpWhatTheDiskDidNotTake) {
  const Written whole = two_lines(Fault::none, 0);
  EXPECT_EQ(std::ranges::count(whole.text, '\n'), 2);
  for (const Fault fault : {Fault::error, Fault::short_count}) {
    EXPECT_EQ(two_lines(fault, whole.operations_before).text, whole.text);
  }
}

TEST(RunLog, SaysWhereItCannotWrite) {
  PosixFileSystem files;
  EXPECT_THROW(RunLog(files, "/no/such/folder", "iteration", {}), SystemError);
}

}  // namespace
}  // namespace lockstep
