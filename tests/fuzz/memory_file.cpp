#include "fuzz_input.h"
#include <sys/mman.h>
#include <unistd.h>

namespace lockstep::fuzz {

MemoryFile::MemoryFile()
    : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(descriptor_)) {
  require(descriptor_ >= 0, "memfd_create");
}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
}

void MemoryFile::hold(std::span<const std::byte> content) {
  const auto size = static_cast<ssize_t>(content.size());
  require(::pwrite(descriptor_, content.data(), content.size(), 0) == size && ::ftruncate(descriptor_, size) == 0,
          "the memory file is written");
}

}  // namespace lockstep::fuzz
