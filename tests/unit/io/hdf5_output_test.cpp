#include "io/hdf5_output.h"

#include "io/hdf5_input.h"
#include "lockstep/base/errors.h"

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "support/faulty_file_system.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::Fault;
using testing::FaultyFileSystem;
using ::testing::IsEmpty;
using testing::TemporaryFolder;
using testing::text_of;

/// More than two chunks of a matrix of three columns, the last one not full.
constexpr std::int64_t kRows = 100'000;
constexpr std::int64_t kColumns = 3;

std::vector<double> made_values() {
  std::vector<double> values(kRows * kColumns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::sqrt(static_cast<double>(i));
  }
  return values;
}

std::vector<std::string> made_ids() {
  std::vector<std::string> ids;
  for (int i = 0; i < 10'000; ++i) {
    ids.push_back("row " + std::to_string(i) + std::string(static_cast<std::size_t>(i) % 7, '.'));
  }
  return ids;
}

/// Appends in pieces of `piece` values, which no dataset shows.
void write_sample(FileSystem& files, const std::string& folder, std::size_t piece, int threads = 1) {
  const std::vector<double> values = made_values();
  std::vector<std::int32_t> indices(kRows);
  std::iota(indices.begin(), indices.end(), 0);
  const std::vector<std::string> ids = made_ids();
  Hdf5Output output(files, folder, "out.h5");
  Hdf5Series& plain = output.series("/X", {.columns = kColumns});
  Hdf5Series& single = output.series("/single", {.type = Hdf5Number::float32, .columns = kColumns});
  Hdf5Series& packed = output.series("/packed", {.columns = kColumns, .compress = true, .threads = threads});
  Hdf5Series& index = output.series("/csr/indices", {.type = Hdf5Number::int32, .compress = true, .threads = threads});
  Hdf5Series& label = output.series("/y", {});
  Hdf5Series& none = output.series("/none", {.columns = 5});
  Hdf5TextSeries& id = output.text_series("/id");
  for (std::size_t begin = 0; begin < values.size(); begin += piece) {
    const auto part = std::span(values).subspan(begin, std::min(piece, values.size() - begin));
    plain.append(part);
    single.append(part);
    packed.append(part);
  }
  index.append(std::span<const std::int32_t>(indices));
  label.append(std::span(values).first(kRows));
  label.transform([](std::span<double> y) { std::ranges::for_each(y, [](double& one) { one = -one; }); });
  none.append(std::span<const double>());
  for (std::size_t begin = 0; begin < ids.size(); begin += 3000) {
    id.append(std::span(ids).subspan(begin, std::min<std::size_t>(3000, ids.size() - begin)));
  }
  output.write("/names", std::vector<std::string>{"a", "bé"});
  output.write_attribute("/csr", "encoding-type", "csr_matrix");
  const std::vector<std::int64_t> shape = {kRows, 7};
  output.write_attribute("/csr", "shape", shape);
  output.finish();
}

TEST(Hdf5Output, HoldsWhatWasAppended) {
  const TemporaryFolder folder;
  PosixFileSystem files;
  write_sample(files, folder.path(), 1001, 2);
  Hdf5Input input = Hdf5Input::open(folder / "out.h5");
  const std::vector<double> values = made_values();
  EXPECT_EQ(input.shape("/X"), (std::vector<std::int64_t>{kRows, kColumns}));
  EXPECT_EQ(input.read_doubles("/X"), values);
  EXPECT_EQ(input.read_doubles("/packed"), values);
  EXPECT_EQ(input.kind("/single"), ArrayKind::float32);
  EXPECT_EQ(input.read_doubles("/single")[12345], static_cast<double>(static_cast<float>(values[12345])));
  EXPECT_EQ(input.shape("/none"), (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(input.read_doubles("/y")[kRows - 1], -values[kRows - 1]);
  EXPECT_EQ(input.read_doubles("/y")[17], -values[17]);
  const std::vector<std::int64_t> indices = input.read_integers("/csr/indices");
  ASSERT_EQ(std::ssize(indices), kRows);
  EXPECT_EQ(indices[kRows - 1], kRows - 1);
  EXPECT_EQ(input.read_text("/id"), made_ids());
  EXPECT_EQ(input.read_text("/names"), (std::vector<std::string>{"a", "bé"}));
}

TEST(Hdf5Output, EqualContentGivesEqualBytesOnAnyThreads) {
  const TemporaryFolder folder;
  PosixFileSystem files;
  write_sample(files, folder.path(), 4096);
  const std::string whole = text_of(folder / "out.h5");
  write_sample(files, folder.path(), 4096, 3);
  EXPECT_TRUE(whole == text_of(folder / "out.h5"));
}

TEST(Hdf5Output, AFullDiskIsOneErrorAndLeavesNothing) {
  int hit = 0;
  for (int operation = 0;; operation += 1 + operation / 8) {
    const TemporaryFolder folder;
    FaultyFileSystem files(Fault::errors, operation, ENOSPC);
    try {
      write_sample(files, folder.path(), 4096);
      EXPECT_FALSE(files.fired());
      break;
    } catch (const SystemError& error) {
      EXPECT_EQ(error.error_number(), ENOSPC) << error.what();
    }
    if (std::filesystem::exists(folder / "out.h5")) {  // the folder alone is not synced
      EXPECT_EQ(Hdf5Input::open(folder / "out.h5").shape("/X")[0], kRows);
    }
    ++hit;
  }
  EXPECT_GT(hit, 8);
}

TEST(Hdf5Output, OneFaultRemovesTheTemporaryFileAndShortWritesAreGoneOnWith) {
  for (int operation = 0; operation < 12; ++operation) {
    const TemporaryFolder folder;
    FaultyFileSystem files(Fault::error, operation, EIO);
    EXPECT_THROW(write_sample(files, folder.path(), 4096), SystemError) << operation;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << files.faulty_operation();
  }
  const TemporaryFolder folder;
  FaultyFileSystem files(Fault::short_count, 4);
  write_sample(files, folder.path(), 4096);
  EXPECT_TRUE(files.fired());
  EXPECT_EQ(Hdf5Input::open(folder / "out.h5").read_doubles("/X"), made_values());
}

TEST(Hdf5Output, GivenUpItLeavesTheOldFile) {
  const TemporaryFolder folder;
  testing::write_text(folder / "out.h5", "old");
  PosixFileSystem files;
  {
    Hdf5Output output(files, folder.path(), "out.h5");
    output.series("/y", {}).append(std::vector<double>(1'000'000, 1.0));
  }
  EXPECT_EQ(text_of(folder / "out.h5"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace lockstep
