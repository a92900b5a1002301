// Checkpoints: one byte of settings, then the file; with a seal of the harness's making, so that what is behind it is
// read, or as it is.
#include "io/checkpoint_file.h"
#include "run/training_state.h"

#include "sealed.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Hdf5Use use;
  fuzz::FuzzInput input(data, size);
  const bool keeps_seal = input.choose(8) == 7;
  const std::vector<std::byte> file = keeps_seal ? fuzz::copied(input.bytes()) : fuzz::sealed(kCheckpointSeal, input);
  fuzz::is_read([&] {
    const TrainingState state = parse_checkpoint(file, "fuzz");
    const std::vector<std::byte> bytes = to_bytes(state);
    fuzz::require(to_bytes(parse_checkpoint(bytes, "fuzz")) == bytes, "a checkpoint comes back as it was written");
  });
  return 0;
}
