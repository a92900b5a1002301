#include "lockstep/comm/communicator.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace lockstep {

void SerialCommunicator::all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
  std::ranges::copy(mine, all.begin());
}

void SerialCommunicator::all_gather(std::span<const std::byte> mine, std::span<const std::int64_t>,
                                    std::span<std::byte> all) {
  std::ranges::copy(mine, all.begin());
}

void SerialCommunicator::all_to_all(std::span<const std::byte> send, std::span<const std::int64_t>,
                                    std::span<std::byte> receive, std::span<const std::int64_t>) {
  std::ranges::copy(send, receive.begin());
}

void SerialCommunicator::exchange(int partner, std::span<const std::byte>, std::span<std::byte>) {
  throw InternalError("exchange with rank " + std::to_string(partner) + " in a serial run");
}

void SerialCommunicator::send(int destination, std::span<const std::byte>) {
  throw InternalError("send to rank " + std::to_string(destination) + " in a serial run");
}

void SerialCommunicator::receive(int source, std::span<std::byte>) {
  throw InternalError("receive from rank " + std::to_string(source) + " in a serial run");
}

std::unique_ptr<Communicator> SerialCommunicator::split(int) {
  return std::make_unique<SerialCommunicator>();
}

void SerialCommunicator::abort(int exit_code) {
  std::_Exit(exit_code);
}

/// Each round doubles the number of ranks whose maximum a rank holds; a rank met twice does no harm to a maximum.
void all_max(Communicator& comm, std::span<double> values) {
  std::vector<double> theirs(values.size());
  for (int shift = 1; shift < comm.size(); shift *= 2) {
    std::vector<std::int64_t> to(static_cast<std::size_t>(comm.size()), 0);
    std::vector<std::int64_t> from = to;
    const auto bytes = static_cast<std::int64_t>(values.size_bytes());
    to[static_cast<std::size_t>((comm.rank() + shift) % comm.size())] = bytes;
    from[static_cast<std::size_t>((comm.rank() + comm.size() - shift) % comm.size())] = bytes;
    comm.all_to_all(std::as_bytes(values), to, std::as_writable_bytes(std::span(theirs)), from);
    std::ranges::transform(values, theirs, values.begin(), [](double a, double b) { return std::max(a, b); });
  }
}

std::int64_t all_sum(Communicator& comm, std::int64_t mine) {
  const std::vector<std::int64_t> all = all_gather_value(comm, mine);
  return std::accumulate(all.begin(), all.end(), std::int64_t{0});
}

bool any_rank(Communicator& comm, bool mine) {
  double raised = mine ? 1 : 0;
  all_max(comm, std::span(&raised, 1));
  return raised > 0;
}

std::vector<std::string> all_gather_text(Communicator& comm, const std::string& mine) {
  const std::vector<std::int64_t> lengths = all_gather_value(comm, static_cast<std::int64_t>(mine.size()));
  std::string joined(static_cast<std::size_t>(std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0})), '\0');
  comm.all_gather(std::as_bytes(std::span(mine)), lengths, std::as_writable_bytes(std::span(joined)));
  std::vector<std::string> texts;
  std::size_t begin = 0;
  for (const std::int64_t length : lengths) {
    texts.push_back(joined.substr(begin, static_cast<std::size_t>(length)));
    begin += static_cast<std::size_t>(length);
  }
  return texts;
}

void broadcast_text(Communicator& comm, std::string& text, int root) {
  auto length = static_cast<std::int64_t>(text.size());
  broadcast_values(comm, std::span(&length, 1), root);
  text.resize(static_cast<std::size_t>(length));
  comm.broadcast(std::as_writable_bytes(std::span(text)), root);
}

}  // namespace lockstep
