#include "lockstep/comm/mpi_communicator.h"

#include "lockstep/base/errors.h"

#include <mpi.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <numeric>

namespace lockstep {

namespace {

void check(int code, const char* call) {
  if (code != MPI_SUCCESS) {
    char text[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw InternalError(std::string(call) + " failed: " + text);
  }
}

int as_count(std::int64_t bytes) {
  if (bytes > INT_MAX) {
    throw InternalError("an MPI message of " + std::to_string(bytes) + " bytes does not fit an int");
  }
  return static_cast<int>(bytes);
}

/// MPI's counts and displacements of consecutive parts.
struct Layout {
  explicit Layout(std::span<const std::int64_t> lengths) {
    std::int64_t begin = 0;
    for (const std::int64_t length : lengths) {
      counts.push_back(as_count(length));
      displacements.push_back(as_count(begin));
      begin += length;
    }
  }
  std::vector<int> counts;
  std::vector<int> displacements;
};

constexpr int kTag = 0;
/// Broadcasts and messages larger than this go in pieces.
constexpr std::size_t kPieceBytes = std::size_t{1} << 30;

/// Calls `apply(piece)` on consecutive pieces of at most kPieceBytes.
template <typename Bytes, typename Function>
void for_pieces(Bytes bytes, Function apply) {
  for (std::size_t begin = 0; begin < bytes.size(); begin += kPieceBytes) {
    apply(bytes.subspan(begin, std::min(kPieceBytes, bytes.size() - begin)));
  }
}

}  // namespace

MpiEnvironment::MpiEnvironment() {
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) {
    throw ConfigurationError("this MPI library offers no MPI_THREAD_FUNNELED");
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

MpiEnvironment::~MpiEnvironment() {
  MPI_Finalize();
}

MpiCommunicator::MpiCommunicator() {
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
}

void MpiCommunicator::barrier() {
  check(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier");
}

void MpiCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  for_pieces(bytes, [&](std::span<std::byte> piece) {
    check(MPI_Bcast(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, root, MPI_COMM_WORLD), "MPI_Bcast");
  });
}

void MpiCommunicator::all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
  const int count = as_count(std::ssize(mine));
  check(MPI_Allgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, MPI_COMM_WORLD), "MPI_Allgather");
}

void MpiCommunicator::all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                                 std::span<std::byte> all) {
  const Layout layout(counts);
  check(MPI_Allgatherv(mine.data(), as_count(std::ssize(mine)), MPI_BYTE, all.data(), layout.counts.data(),
                       layout.displacements.data(), MPI_BYTE, MPI_COMM_WORLD),
        "MPI_Allgatherv");
}

void MpiCommunicator::all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                                 std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) {
  const Layout outgoing(send_counts);
  const Layout incoming(receive_counts);
  check(MPI_Alltoallv(send.data(), outgoing.counts.data(), outgoing.displacements.data(), MPI_BYTE, receive.data(),
                      incoming.counts.data(), incoming.displacements.data(), MPI_BYTE, MPI_COMM_WORLD),
        "MPI_Alltoallv");
}

void MpiCommunicator::exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) {
  check(MPI_Sendrecv(send.data(), as_count(std::ssize(send)), MPI_BYTE, partner, kTag, receive.data(),
                     as_count(std::ssize(receive)), MPI_BYTE, partner, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE),
        "MPI_Sendrecv");
}

void MpiCommunicator::send(int destination, std::span<const std::byte> bytes) {
  for_pieces(bytes, [&](std::span<const std::byte> piece) {
    check(MPI_Send(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, destination, kTag, MPI_COMM_WORLD),
          "MPI_Send");
  });
}

void MpiCommunicator::receive(int source, std::span<std::byte> bytes) {
  for_pieces(bytes, [&](std::span<std::byte> piece) {
    check(MPI_Recv(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, source, kTag, MPI_COMM_WORLD,
                   MPI_STATUS_IGNORE),
          "MPI_Recv");
  });
}

void MpiCommunicator::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace lockstep
