#include <cstdlib>
#include <filesystem>

#include "fuzz_input.h"
#include <unistd.h>

namespace lockstep::fuzz {

MemoryFile::MemoryFile() : path_((std::filesystem::temp_directory_path() / "lockstep-fuzz-XXXXXX").string()) {
  descriptor_ = ::mkstemp(path_.data());
  require(descriptor_ >= 0, "a temporary file is made");
}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

void MemoryFile::hold(std::span<const std::byte> content) {
  const auto size = static_cast<ssize_t>(content.size());
  require(::pwrite(descriptor_, content.data(), content.size(), 0) == size && ::ftruncate(descriptor_, size) == 0,
          "the temporary file is written");
}

}  // namespace lockstep::fuzz
