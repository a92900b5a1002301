// The heap of an HDF5 file's strings, without the library: widths of addresses and lengths, the number of references
// (three bytes), then the file, of which the references are the first bytes.
#include "io/hdf5_heap.h"

#include <algorithm>
#include <array>

#include "fuzz_input.h"

using namespace lockstep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::size_t, 3> widths = {8, 4, 2};
  fuzz::FuzzInput input(data, size);
  Hdf5Addressing addressing;
  addressing.address_bytes = widths[input.choose(widths.size())];
  addressing.length_bytes = widths[input.choose(widths.size())];
  const std::size_t reference_bytes = input.choose(256) * addressing.reference_bytes();
  const std::span<const std::byte> file = input.bytes();
  addressing.file_bytes = std::ssize(file);
  const auto read = [&](std::int64_t offset, std::span<std::byte> bytes) {
    fuzz::require(offset >= 0, "nothing before the file is asked for");
    if (offset > std::ssize(file) || std::ssize(bytes) > std::ssize(file) - offset) {
      return false;
    }
    std::ranges::copy(file.subspan(static_cast<std::size_t>(offset), bytes.size()), bytes.begin());
    return true;
  };
  fuzz::is_read([&] {
    Hdf5Heap heap(addressing);
    const std::span<const std::byte> references = file.first(std::min(file.size(), reference_bytes));
    heap.texts(references, read, {"fuzz", "/X"});
  });
  return 0;
}
