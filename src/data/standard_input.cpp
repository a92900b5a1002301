#include "data/standard_input.h"

#include "base/interrupt.h"
#include "base/memory_limit.h"
#include "comm/agreement.h"
#include "data/reader.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include <unistd.h>

namespace lockstep {

namespace {

/// What ranks that do not read it know of it: enough to tell the format and the columns.
constexpr std::int64_t kHeadBytes = std::int64_t{1} << 24;

void read_all(StandardInput& input) {
  const MemoryLimits limits = memory_limits();
  const double most = kTextOfMemory * std::min(limits.together.bytes, limits.alone.bytes);
  std::string block(std::size_t{1} << 20, '\0');
  for (;;) {
    heed_interrupt("reading standard input");
    const ssize_t count = ::read(STDIN_FILENO, block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw SystemError(SystemError::Purpose::read_input, "standard input", "read it", errno);
    }
    if (count == 0) {
      return;
    }
    input.bytes.append(std::string_view(block).substr(0, static_cast<std::size_t>(count)));
    input.size += count;
    if (static_cast<double>(input.size) > most) {
      throw ConfigurationError(
          "standard input takes more than half of the memory there is; write it to a file and name that");
    }
  }
}

}  // namespace

void take_standard_input(ReadSettings& settings, Communicator& comm) {
  if (settings.path != kStandardInput) {
    return;
  }
  auto input = std::make_shared<StandardInput>();
  on_root(comm, [&] { read_all(*input); });
  broadcast_values(comm, std::span(&input->size, 1), 0);
  std::string head(static_cast<std::size_t>(std::min(input->size, kHeadBytes)), '\0');
  if (comm.rank() == 0) {
    input->bytes.read(0, head);
  }
  broadcast_values(comm, std::span(head), 0);
  if (comm.rank() != 0) {
    input->bytes.append(head);
  }
  settings.standard_input = std::move(input);
}

}  // namespace lockstep
