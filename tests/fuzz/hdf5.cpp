// HDF5 data files: two bytes of settings, one that names columns, then the file. Every dataset is read, too, whatever
// it means.
#include "io/hdf5_input.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rows.h"

using namespace lockstep;

namespace {

constexpr std::size_t kMostDatasets = 8;

void read_dataset(Hdf5Input& input, const std::string& name) {
  if (input.is_group(name)) {
    input.names(name);
    return;
  }
  input.shape(name);
  input.cache_bytes(name);
  if (input.is_text(name)) {
    input.read_text(name);
  } else if (input.is_integer(name)) {
    fuzz::is_read([&] { input.read_words(name); });
    input.read_integers(name);
  } else {
    input.read_doubles(name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Hdf5Use use;
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "hdf5");
  const std::size_t named = input.choose(4);
  settings.id_column = (named & 1) != 0 ? "id" : "";
  settings.label_column = (named & 2) != 0 ? "text" : "";
  settings.path = file.path();
  file.hold(input.bytes());
  fuzz::read_rows_of(settings);
  fuzz::is_read([&] {
    Hdf5Input datasets = Hdf5Input::open(file.path());
    std::vector<std::string> names = datasets.names();
    names.resize(std::min(names.size(), kMostDatasets));
    for (const std::string& name : names) {
      fuzz::is_read([&] { read_dataset(datasets, name); });
    }
  });
  return 0;
}
