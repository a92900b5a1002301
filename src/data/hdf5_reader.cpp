#include "data/hdf5_reader.h"

#include "comm/agreement.h"
#include "data/array_layout.h"
#include "data/array_reader.h"
#include "io/hdf5_input.h"

#include <utility>

namespace lockstep {

bool is_hdf5_signature(std::string_view head) {
  return head.starts_with("\x89HDF\r\n\x1a\n");
}

bool is_hdf5_name(std::string_view name) {
  return name.ends_with(".h5") || name.ends_with(".hdf5") || name.ends_with(".h5ad");
}

FileNames hdf5_names(const ReadSettings& settings, const InputFile&) {
  const auto datasets = std::make_shared<Hdf5Input>(Hdf5Input::open(settings.path));
  FileNames names;
  names.has = [datasets](const std::string& name) { return datasets->has(name); };
  return names;
}

std::unique_ptr<FileReader> open_hdf5(const ReadSettings& settings, InputFile&, Communicator& comm) {
  std::unique_ptr<FileReader> reader;
  agree(comm, [&] {
    auto input = std::make_shared<Hdf5Input>(Hdf5Input::open(settings.path));
    ArrayLayout layout = array_layout(settings, *input);
    reader = read_arrays(settings, std::move(input), std::move(layout));
  });
  return reader;
}

}  // namespace lockstep
