// Model files: one byte of settings, then the file; with a seal of the harness's making, so that what is behind it is
// read, or as it is. A model that is read is made, and the settings it was trained with are understood.
#include "model/model.h"

#include "cli/stored_settings.h"
#include "run/model_file.h"

#include "sealed.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Hdf5Use use;
  fuzz::FuzzInput input(data, size);
  const bool keeps_seal = input.choose(8) == 7;
  const std::vector<std::byte> bytes = keeps_seal ? fuzz::copied(input.bytes()) : fuzz::sealed(kModelSeal, input);
  ModelFile file;
  if (!fuzz::is_read([&] { file = parse_model(bytes, "fuzz"); })) {
    return 0;
  }
  fuzz::require(file.parameters.size() == file.model.dimension() && file.parameters.allFinite(),
                "a model has its parameters");
  fuzz::is_read([&] { stored_settings(file, "fuzz"); });
  fuzz::is_read([&] {
    fuzz::require(make_model(file.model)->dimension() == file.model.dimension(), "a model is made as it is described");
    const std::vector<std::byte> written = to_bytes(file);
    fuzz::require(to_bytes(parse_model(written, "fuzz")) == written, "a model comes back as it was written");
  });
  return 0;
}
