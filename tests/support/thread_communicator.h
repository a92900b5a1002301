/// Ranks as threads of one process: what depends on the number of ranks is tested without mpirun.
///
///   run_ranks(3, [](Communicator& comm) { … });
#pragma once

#include "lockstep/comm/communicator.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <vector>

namespace lockstep::testing {

/// What the ranks share. When a rank ends by an exception, those that wait for it are woken and throw
/// RankLost.
class ThreadWorld {
 public:
  struct RankLost : std::runtime_error {
    RankLost() : std::runtime_error("another rank ended while this one waited for it") {}
  };

  explicit ThreadWorld(int ranks);

  int size() const { return ranks_; }

  void barrier();
  /// The bytes a rank shows to the others between two barriers.
  std::span<const std::byte>& published(int rank) { return published_[static_cast<std::size_t>(rank)]; }
  void post(int source, int destination, std::span<const std::byte> bytes);
  std::vector<std::byte> collect(int source, int destination);
  void lose_rank();
  /// A world of some of the ranks, as long as this one.
  ThreadWorld* add_part(int ranks);

 private:
  using Messages = std::deque<std::vector<std::byte>>;

  Messages& mailbox(int source, int destination);
  template <typename Condition>
  void wait(std::unique_lock<std::mutex>& lock, Condition condition);

  int ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  std::int64_t generation_ = 0;
  bool lost_ = false;
  std::vector<std::span<const std::byte>> published_;
  std::vector<Messages> mailboxes_;
  std::vector<std::unique_ptr<ThreadWorld>> parts_;
};

/// One rank of a ThreadWorld. Collectives: publish, barrier, copy from the others, barrier. Lengths that do
/// not fit throw std::logic_error.
class ThreadCommunicator final : public Communicator {
 public:
  ThreadCommunicator(ThreadWorld& world, int rank) : world_(world), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return world_.size(); }
  void barrier() override { world_.barrier(); }
  void broadcast(std::span<std::byte> bytes, int root) override;
  void all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override;
  void all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                  std::span<std::byte> all) override;
  void all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                  std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) override;
  void exchange(int partner, std::span<const std::byte> send_bytes, std::span<std::byte> receive_bytes) override;
  void send(int destination, std::span<const std::byte> bytes) override;
  void receive(int source, std::span<std::byte> bytes) override;
  /// The first rank of a colour makes their world and shows it to the others.
  std::unique_ptr<Communicator> split(int colour) override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  template <typename Read>
  void share(std::span<const std::byte> mine, Read read);

  ThreadWorld& world_;
  int rank_;
};

/// Runs `work` on every rank, each in a thread of its own, and waits for all. Rethrows the exception of the
/// lowest rank that failed by itself (not because another had left).
void run_ranks(int ranks, const std::function<void(Communicator&)>& work);

}  // namespace lockstep::testing
