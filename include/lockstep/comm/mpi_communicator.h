/// The communicator over MPI and the owner of the MPI library. Does not expose <mpi.h>.
#pragma once

#include "lockstep/comm/communicator.h"
#include "lockstep/comm/execution.h"

#include <functional>

namespace lockstep {

/// Initialises MPI (MPI_THREAD_FUNNELED) on construction and finalises it on destruction. One a process.
/// Throws ConfigurationError when the MPI library lacks that thread level, InternalError where it fails otherwise.
class MpiEnvironment {
 public:
  MpiEnvironment();
  ~MpiEnvironment();
  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;
};

/// A duplicate of MPI's communicator of all ranks, or a part of one: messages of other parts of a program, which use
/// their own, never meet those here. Only the main thread calls it, before the MpiEnvironment ends. No message is too
/// long.
class MpiCommunicator final : public Communicator {
 public:
  /// All ranks of the launch. Longer messages go in pieces of `largest_message` bytes, so that counts and displacements
  /// fit MPI's int. Collective.
  explicit MpiCommunicator(std::int64_t largest_message = std::int64_t{1} << 30);
  ~MpiCommunicator() override;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void barrier() override;
  void broadcast(std::span<std::byte> bytes, int root) override;
  void all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override;
  void all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                  std::span<std::byte> all) override;
  void all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                  std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) override;
  void exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) override;
  void send(int destination, std::span<const std::byte> bytes) override;
  void receive(int source, std::span<std::byte> bytes) override;
  std::unique_ptr<Communicator> split(int colour) override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  struct Handle;  // of MPI, freed with this
  MpiCommunicator(std::unique_ptr<Handle> handle, std::int64_t largest_message);

  std::unique_ptr<Handle> handle_;
  std::int64_t largest_message_;
  int rank_ = 0;
  int size_ = 1;
};

/// The whole of a program over MPI: runs `work` on all ranks of the launch, with `threads` each, and returns the exit
/// code for `main`. An error is printed once, "PROGRAM: …", and its code returned; one that only this rank has ends the
/// job.
int mpi_main(const char* program, int threads, const std::function<int(const Execution&)>& work) noexcept;

}  // namespace lockstep
