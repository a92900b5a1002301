// CSV: five bytes of settings (header, columns that options name, delimiter and decimal mark), then the file.
#include "data/csv_reader.h"

#include <array>

#include "rows.h"

using namespace lockstep;

namespace {

constexpr std::array<HeaderPolicy, 3> kPolicies = {HeaderPolicy::automatic, HeaderPolicy::present,
                                                   HeaderPolicy::absent};
constexpr std::array<const char*, 8> kDelimiters = {"auto", "comma", "tab", "semicolon", "pipe", "blank", ":", "^"};
constexpr std::array<DecimalMark, 3> kMarks = {DecimalMark::automatic, DecimalMark::comma, DecimalMark::point};
/// What options name; the seeds have columns of these names, and c2 is one of a file without header.
constexpr std::array<const char*, 5> kNames = {"", "y", "w", "c2", "a, b"};

void choose_columns(fuzz::FuzzInput& input, ReadSettings& settings) {
  settings.header = kPolicies[input.choose(kPolicies.size())];
  const std::size_t named = input.choose(256);
  settings.label_column = kNames[named % kNames.size()];
  settings.weight_column = (named & 16) != 0 ? "w" : "";
  settings.offset_column = (named & 32) != 0 ? "o" : "";
  settings.exposure_column = (named & 64) != 0 ? "e" : "";
  settings.id_column = (named & 128) != 0 ? "id" : "";
  if ((named & 8) != 0) {
    settings.drop = {"a", " b", "c1"};  // a list that was cut at its commas
  }
  const std::size_t dialect = input.choose(kDelimiters.size() * kMarks.size());
  settings.delimiter = Delimiter::parse(kDelimiters[dialect % kDelimiters.size()]);
  settings.decimal = kMarks[dialect / kDelimiters.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "csv");
  choose_columns(input, settings);
  settings.path = file.path();
  file.hold(input.bytes());
  fuzz::read_rows_of(settings);
  fuzz::is_read([&] { csv_names(settings, InputFile(file.path())).has("y"); });
  return 0;
}
