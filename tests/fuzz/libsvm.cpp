// LIBSVM text: two bytes of settings, then the file.
#include "rows.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "libsvm");
  settings.path = file.path();
  file.hold(input.bytes());
  fuzz::read_rows_of(settings);
  fuzz::require_shares_make_the_whole(file.path());
  return 0;
}
