#include "lockstep/comm/mpi_communicator.h"

#include "base/activity.h"
#include "base/test_failure.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cstdlib>

// The C interface only: the C++ bindings that some libraries leave in <mpi.h> would have to be linked as well.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace lockstep {

namespace {

constexpr int kTag = 0;

void check(int code, const char* call) {
  if (code != MPI_SUCCESS) {
    char text[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw InternalError(std::string(call) + " failed: " + text);
  }
}

/// MPI's counts and displacements of consecutive parts; their sum fits an int.
struct Layout {
  explicit Layout(std::span<const std::int64_t> lengths) {
    int begin = 0;
    for (const std::int64_t length : lengths) {
      counts.push_back(static_cast<int>(length));
      displacements.push_back(begin);
      begin += static_cast<int>(length);
    }
  }
  std::vector<int> counts;
  std::vector<int> displacements;
};

/// Cuts the first `count` bytes off `rest`.
template <typename Byte>
std::span<Byte> take(std::span<Byte>& rest, std::int64_t count) {
  const std::span<Byte> part = rest.first(static_cast<std::size_t>(count));
  rest = rest.subspan(part.size());
  return part;
}

/// Calls `apply(data, count)` on consecutive pieces of at most `largest` bytes.
template <typename Byte, typename Function>
void for_pieces(std::span<Byte> bytes, std::int64_t largest, Function apply) {
  while (!bytes.empty()) {
    const std::span<Byte> piece = take(bytes, std::min(largest, std::ssize(bytes)));
    apply(piece.data(), static_cast<int>(piece.size()));
  }
}

/// Messages under way, in pieces. Both ends know a message's length, so they cut it alike; none is sent when it is
/// empty.
class Messages {
 public:
  Messages(MPI_Comm comm, std::int64_t largest) : comm_(comm), largest_(largest) {}

  void receive(int source, std::span<std::byte> bytes) {
    for_pieces(bytes, largest_, [&](std::byte* data, int count) {
      check(MPI_Irecv(data, count, MPI_BYTE, source, kTag, comm_, &requests_.emplace_back()), "MPI_Irecv");
    });
  }
  void send(int destination, std::span<const std::byte> bytes) {
    for_pieces(bytes, largest_, [&](const std::byte* data, int count) {
      check(MPI_Isend(data, count, MPI_BYTE, destination, kTag, comm_, &requests_.emplace_back()), "MPI_Isend");
    });
  }
  void wait() {
    check(MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
  }

 private:
  MPI_Comm comm_;
  std::int64_t largest_;
  std::vector<MPI_Request> requests_;
};

}  // namespace

MpiEnvironment::MpiEnvironment() {
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) {
    throw ConfigurationError("this MPI library offers no MPI_THREAD_FUNNELED");
  }
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  test_failure(TestPhase::start);
}

MpiEnvironment::~MpiEnvironment() {
  MPI_Finalize();
}

struct MpiCommunicator::Handle {
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    int is_finalised = 0;
    MPI_Finalized(&is_finalised);
    if (comm != MPI_COMM_NULL && is_finalised == 0) {
      MPI_Comm_free(&comm);
    }
  }

  static std::unique_ptr<Handle> duplicate(MPI_Comm of) {
    auto handle = std::make_unique<Handle>();
    check(MPI_Comm_dup(of, &handle->comm), "MPI_Comm_dup");
    return handle;
  }

  MPI_Comm comm = MPI_COMM_NULL;
};

MpiCommunicator::MpiCommunicator(std::int64_t largest_message)
    : MpiCommunicator(Handle::duplicate(MPI_COMM_WORLD), largest_message) {}

MpiCommunicator::MpiCommunicator(std::unique_ptr<Handle> handle, std::int64_t largest_message)
    : handle_(std::move(handle)), largest_message_(largest_message) {
  check(MPI_Comm_set_errhandler(handle_->comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(handle_->comm, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(handle_->comm, &size_), "MPI_Comm_size");
}

MpiCommunicator::~MpiCommunicator() = default;

void MpiCommunicator::barrier() {
  const Waiting waiting;
  check(MPI_Barrier(handle_->comm), "MPI_Barrier");
}

void MpiCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  const Waiting waiting;
  for_pieces(bytes, largest_message_, [&](std::byte* data, int count) {
    check(MPI_Bcast(data, count, MPI_BYTE, root, handle_->comm), "MPI_Bcast");
  });
}

void MpiCommunicator::all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
  const Waiting waiting;
  if (std::ssize(all) > largest_message_) {
    all_gather(mine, std::vector<std::int64_t>(static_cast<std::size_t>(size_), std::ssize(mine)), all);
    return;
  }
  const int count = static_cast<int>(mine.size());
  check(MPI_Allgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, handle_->comm), "MPI_Allgather");
}

void MpiCommunicator::all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                                 std::span<std::byte> all) {
  const Waiting waiting;
  if (std::ssize(all) > largest_message_) {
    for (int root = 0; root < size_; ++root) {
      const std::span<std::byte> part = take(all, counts[static_cast<std::size_t>(root)]);
      if (root == rank_) {
        std::ranges::copy(mine, part.begin());
      }
      broadcast(part, root);
    }
    return;
  }
  const Layout layout(counts);
  check(MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_BYTE, all.data(), layout.counts.data(),
                       layout.displacements.data(), MPI_BYTE, handle_->comm),
        "MPI_Allgatherv");
}

/// Pairwise rather than MPI_Alltoallv: no rank knows whether another's counts exceed an int.
void MpiCommunicator::all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                                 std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) {
  const Waiting waiting;
  std::vector<std::span<const std::byte>> outgoing;
  std::vector<std::span<std::byte>> incoming;
  for (std::size_t rank = 0; rank < send_counts.size(); ++rank) {
    outgoing.push_back(take(send, send_counts[rank]));
    incoming.push_back(take(receive, receive_counts[rank]));
  }
  Messages messages(handle_->comm, largest_message_);
  for (int distance = 1; distance < size_; ++distance) {
    const int source = (rank_ + size_ - distance) % size_;
    messages.receive(source, incoming[static_cast<std::size_t>(source)]);
  }
  for (int distance = 1; distance < size_; ++distance) {
    const int destination = (rank_ + distance) % size_;
    messages.send(destination, outgoing[static_cast<std::size_t>(destination)]);
  }
  const auto self = static_cast<std::size_t>(rank_);
  std::ranges::copy(outgoing[self], incoming[self].begin());
  messages.wait();
}

void MpiCommunicator::exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) {
  const Waiting waiting;
  Messages messages(handle_->comm, largest_message_);
  messages.receive(partner, receive);
  this->send(partner, send);
  messages.wait();
}

void MpiCommunicator::send(int destination, std::span<const std::byte> bytes) {
  const Waiting waiting;
  for_pieces(bytes, largest_message_, [&](const std::byte* data, int count) {
    check(MPI_Send(data, count, MPI_BYTE, destination, kTag, handle_->comm), "MPI_Send");
  });
}

void MpiCommunicator::receive(int source, std::span<std::byte> bytes) {
  const Waiting waiting;
  for_pieces(bytes, largest_message_, [&](std::byte* data, int count) {
    check(MPI_Recv(data, count, MPI_BYTE, source, kTag, handle_->comm, MPI_STATUS_IGNORE), "MPI_Recv");
  });
}

std::unique_ptr<Communicator> MpiCommunicator::split(int colour) {
  const Waiting waiting;
  auto part = std::make_unique<Handle>();
  check(MPI_Comm_split(handle_->comm, colour, rank_, &part->comm), "MPI_Comm_split");
  return std::unique_ptr<MpiCommunicator>(new MpiCommunicator(std::move(part), largest_message_));
}

void MpiCommunicator::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);  // also the ranks that are not in this part
  std::_Exit(exit_code);
}

}  // namespace lockstep
