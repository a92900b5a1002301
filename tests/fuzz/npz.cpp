// NumPy's .npz: two bytes of settings, one that names columns and says what follows: the archive, or, since a change of
// an archive breaks its checksums, the lengths of two arrays (one byte each) and the arrays X, y and weight to be put
// into one.
#include "data/numpy_reader.h"
#include "data/text_share.h"

#include <string>
#include <string_view>

#include "rows.h"
#include "support/numpy_files.h"

using namespace lockstep;

namespace {

std::string packed(fuzz::FuzzInput& input, bool is_deflated, bool is_zip64) {
  const std::size_t y_bytes = input.choose(256);
  const std::size_t weight_bytes = input.choose(256);
  std::string_view rest = input.text();
  const auto take = [&](std::size_t bytes) {
    const std::string part(rest.substr(0, bytes));
    rest.remove_prefix(part.size());
    return part;
  };
  const std::string y = take(y_bytes);
  const std::string weight = take(weight_bytes);
  return testing::zip_file({{"X.npy", std::string(rest)}, {"y.npy", y}, {"weight.npy", weight}}, is_deflated, is_zip64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "npz");
  const std::size_t choice = input.choose(32);
  settings.id_column = (choice & 1) != 0 ? "weight" : "";
  settings.offset_column = (choice & 2) != 0 ? "y" : "";
  settings.path = file.path();
  if ((choice & 4) != 0) {
    file.hold(packed(input, (choice & 8) != 0, (choice & 16) != 0));
  } else {
    file.hold(input.bytes());
  }
  fuzz::read_rows_of(settings);
  fuzz::is_read([&] { npz_names(settings, InputFile(file.path())).has("y"); });
  return 0;
}
