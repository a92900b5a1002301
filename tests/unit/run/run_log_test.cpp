/// metrics.jsonl agrees with the checkpoint that a run goes on from.
#include "run/run_log.h"

#include "lockstep/base/errors.h"
#include "run/own_files.h"

#include <algorithm>
#include <string>
#include <vector>

#include "support/faulty_file_system.h"
#include "unit/io/temporary_folder.h"
#include <gtest/gtest.h>
#include <unistd.h>

namespace lockstep::testing {
namespace {

HistoryEntry entry(std::int64_t number) {
  HistoryEntry one;
  one.number = number;
  one.step = 10 * number;
  one.objective = 0.5;
  one.step_length = 0.25;
  one.parameters_hash = static_cast<std::uint64_t>(number);
  return one;
}

std::string line(const std::string& number, const std::string& seconds) {
  return "{\"epoch\":" + number + ",\"step\":" + number + "0,\"objective\":0.5,\"gradient_norm\":null," +
         "\"step_length\":0.25,\"parameters_hash\":\"000000000000000" + number + "\",\"seconds\":" + seconds + "}\n";
}

TEST(RunLog, AppendsALineAnEntry) {
  PosixFileSystem files;
  const TemporaryFolder folder;
  RunLog log(files, folder.path(), "epoch", {});
  log.append(entry(1), 1.5);
  log.append(entry(2), 2.5);
  EXPECT_EQ(text_of(folder / kMetricsName), line("1", "1.5") + line("2", "2.5"));
}

TEST(RunLog, TellsTheHeldOutRowsWhereThereAreAny) {
  PosixFileSystem files;
  const TemporaryFolder folder;
  RunLog log(files, folder.path(), "epoch", {});
  HistoryEntry one = entry(1);
  one.validation_loss = 0.75;
  one.validation_accuracy = 0.5;
  log.append(one, 1);
  EXPECT_NE(text_of(folder / kMetricsName).find("\"validation\":{\"loss\":0.75,\"accuracy\":0.5}"), std::string::npos);
}

/// Lines after the checkpoint go, its own stay as they are, those that a crash has lost are written again.
TEST(RunLog, IsCutBackToTheHistory) {
  PosixFileSystem files;
  const TemporaryFolder folder;
  {
    RunLog log(files, folder.path(), "epoch", {});
    log.append(entry(1), 1.5);
    log.append(entry(3), 3.5);
  }
  RunLog log(files, folder.path(), "epoch", {entry(1), entry(2)});
  log.append(entry(4), 4.5);
  EXPECT_EQ(text_of(folder / kMetricsName), line("1", "1.5") + line("2", "null") + line("4", "4.5"));
}

TEST(RunLog, OfAFreshRunDropsWhatWasThere) {
  PosixFileSystem files;
  const TemporaryFolder folder;
  write_text(folder / kMetricsName, "no json\n");
  const RunLog log(files, folder.path(), "epoch", {});
  EXPECT_EQ(text_of(folder / kMetricsName), "");
}

TEST(RunLog, InNoFolderIsAnError) {
  PosixFileSystem files;
  EXPECT_THROW(RunLog(files, "/nowhere/at/all", "epoch", {}), SystemError);
}

struct Written {
  std::string text;
  int operations_before = 0;  ///< of the constructor
};

/// The file after two lines, where an operation went wrong.
Written two_lines(Fault fault, int at_operation) {
  const TemporaryFolder folder;
  FaultyFileSystem files(fault, at_operation, ENOSPC);
  Written written;
  {
    RunLog log(files, folder.path(), "iteration", {});
    written.operations_before = files.operations();
    log.append({.number = 1, .step = 1, .objective = 0.5}, 0.25);
    log.append({.number = 2, .step = 2, .objective = 0.25}, 0.5);
  }
  EXPECT_TRUE(fault == Fault::none || files.faulty_operation() == "write");
  written.text = text_of(folder / kMetricsName);
  return written;
}

TEST(RunLog, TakesUpWhatTheDiskDidNotTake) {
  const Written whole = two_lines(Fault::none, 0);
  EXPECT_EQ(std::ranges::count(whole.text, '\n'), 2);
  for (const Fault fault : {Fault::error, Fault::short_count}) {
    EXPECT_EQ(two_lines(fault, whole.operations_before).text, whole.text);
  }
}

/// A disk that has room for so many bytes.
class SmallDisk final : public PosixFileSystem {
 public:
  std::int64_t room = 0;
  IoResult write(int file, std::span<const std::byte> bytes) override {
    const IoResult written =
        room == 0 ? -ENOSPC : PosixFileSystem::write(file, bytes.first(std::min(bytes.size(), std::size_t(room))));
    room -= std::max<IoResult>(written, 0);
    return written;
  }
  IoResult truncate(int file, std::int64_t bytes) override {
    room += ::lseek(file, 0, SEEK_END) - bytes;
    return PosixFileSystem::truncate(file, bytes);
  }
};

TEST(RunLog, OnAFullDiskIsBehindButNeverTornAndCatchesUpAtTheLatestAtItsEnd) {
  const std::string all = line("1", "1.5") + line("2", "2.5") + line("3", "3.5");
  for (std::size_t room = 0; room <= all.size(); ++room) {
    SCOPED_TRACE(room);
    const TemporaryFolder folder;
    SmallDisk files;
    {
      RunLog log(files, folder.path(), "epoch", {});
      files.room = static_cast<std::int64_t>(room);
      for (const std::int64_t number : {1, 2, 3}) {
        log.append(entry(number), static_cast<double>(number) + 0.5);
      }
      const std::string there = text_of(folder / kMetricsName);
      EXPECT_EQ(there, all.substr(0, there.size()));
      EXPECT_TRUE(there.empty() || there.back() == '\n') << there;
      files.room = 1000;
    }
    EXPECT_EQ(text_of(folder / kMetricsName), all);
  }
}

}  // namespace
}  // namespace lockstep::testing
