// NumPy's .npy: two bytes of settings, one whether the labels are named, the length of their file (one byte), that
// file, the rows.
#include <string>
#include <string_view>

#include "rows.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile rows;
  static fuzz::MemoryFile labels;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "npy");
  const bool is_named = input.choose(2) == 0;
  const std::size_t label_bytes = input.choose(256);
  const std::string_view label_file = input.text().substr(0, label_bytes);
  labels.hold(label_file);
  rows.hold(input.text().substr(label_file.size()));
  settings.path = rows.path();
  settings.labels = is_named ? labels.path() : "";
  fuzz::read_rows_of(settings);
  return 0;
}
