// Vowpal Wabbit's text: two bytes of settings, then the file.
#include "rows.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "vw");
  settings.path = file.path();
  settings.hash_bits = 5;
  file.hold(input.bytes());
  fuzz::read_rows_of(settings);
  return 0;
}
