#include "support/thread_communicator.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <thread>
#include <utility>

#include <omp.h>

namespace lockstep::testing {
namespace {

void require(bool condition, const char* message) {
  if (!condition) {
    throw std::logic_error(message);
  }
}

void copy(std::span<const std::byte> from, std::span<std::byte> to) {
  require(from.size() == to.size(), "the length of a message is not the one expected");
  std::copy(from.begin(), from.end(), to.begin());
}

/// Cuts the first `count` bytes off `rest`.
template <typename Byte>
std::span<Byte> take(std::span<Byte>& rest, std::int64_t count) {
  require(count >= 0 && count <= std::ssize(rest), "counts exceed a buffer");
  const std::span<Byte> part = rest.first(static_cast<std::size_t>(count));
  rest = rest.subspan(static_cast<std::size_t>(count));
  return part;
}

}  // namespace

ThreadWorld::ThreadWorld(int ranks)
    : ranks_(ranks), published_(static_cast<std::size_t>(ranks)), mailboxes_(static_cast<std::size_t>(ranks * ranks)) {}

ThreadWorld::Messages& ThreadWorld::mailbox(int source, int destination) {
  return mailboxes_[static_cast<std::size_t>(source * ranks_ + destination)];
}

template <typename Condition>
void ThreadWorld::wait(std::unique_lock<std::mutex>& lock, Condition condition) {
  changed_.wait(lock, [&] { return condition() || lost_; });
  if (!condition()) {
    throw RankLost();
  }
}

void ThreadWorld::barrier() {
  std::unique_lock lock(mutex_);
  const std::int64_t generation = generation_;
  if (++arrived_ == ranks_) {
    arrived_ = 0;
    ++generation_;
    changed_.notify_all();
  }
  wait(lock, [&] { return generation_ != generation; });
}

void ThreadWorld::post(int source, int destination, std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  mailbox(source, destination).emplace_back(bytes.begin(), bytes.end());
  changed_.notify_all();
}

std::vector<std::byte> ThreadWorld::collect(int source, int destination) {
  std::unique_lock lock(mutex_);
  auto& messages = mailbox(source, destination);
  wait(lock, [&] { return !messages.empty(); });
  std::vector<std::byte> message = std::move(messages.front());
  messages.pop_front();
  return message;
}

void ThreadWorld::lose_rank() {
  const std::lock_guard lock(mutex_);
  lost_ = true;
  changed_.notify_all();
  for (const std::unique_ptr<ThreadWorld>& part : parts_) {
    part->lose_rank();
  }
}

ThreadWorld* ThreadWorld::add_part(int ranks) {
  const std::lock_guard lock(mutex_);
  return parts_.emplace_back(std::make_unique<ThreadWorld>(ranks)).get();
}

template <typename Read>
void ThreadCommunicator::share(std::span<const std::byte> mine, Read read) {
  world_.published(rank_) = mine;
  world_.barrier();
  read();
  world_.barrier();
}

void ThreadCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  share(bytes, [&] {
    if (rank_ != root) {
      copy(world_.published(root), bytes);
    }
  });
}

void ThreadCommunicator::all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
  all_gather(mine, std::vector<std::int64_t>(static_cast<std::size_t>(size()), std::ssize(mine)), all);
}

void ThreadCommunicator::all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                                    std::span<std::byte> all) {
  share(mine, [&] {
    for (int source = 0; source < size(); ++source) {
      copy(world_.published(source), take(all, counts[static_cast<std::size_t>(source)]));
    }
    require(all.empty(), "all_gather: counts do not fill the result");
  });
}

void ThreadCommunicator::all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                                    std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) {
  for (int destination = 0; destination < size(); ++destination) {
    world_.post(rank_, destination, take(send, send_counts[static_cast<std::size_t>(destination)]));
  }
  for (int source = 0; source < size(); ++source) {
    copy(world_.collect(source, rank_), take(receive, receive_counts[static_cast<std::size_t>(source)]));
  }
  require(send.empty() && receive.empty(), "all_to_all: counts do not fill the buffers");
}

void ThreadCommunicator::exchange(int partner, std::span<const std::byte> send_bytes,
                                  std::span<std::byte> receive_bytes) {
  send(partner, send_bytes);
  receive(partner, receive_bytes);
}

void ThreadCommunicator::send(int destination, std::span<const std::byte> bytes) {
  world_.post(rank_, destination, bytes);
}

void ThreadCommunicator::receive(int source, std::span<std::byte> bytes) {
  copy(world_.collect(source, rank_), bytes);
}

std::unique_ptr<Communicator> ThreadCommunicator::split(int colour) {
  const std::vector<int> colours = all_gather_value(*this, colour);
  const auto first = std::ranges::find(colours, colour);
  const int position = static_cast<int>(std::count(colours.begin(), colours.begin() + rank_, colour));
  ThreadWorld* mine = position == 0 ? world_.add_part(static_cast<int>(std::ranges::count(colours, colour))) : nullptr;
  const std::vector<ThreadWorld*> all = all_gather_value(*this, mine);
  return std::make_unique<ThreadCommunicator>(*all[static_cast<std::size_t>(first - colours.begin())], position);
}

void ThreadCommunicator::abort(int exit_code) {
  std::cerr << "rank " << rank_ << " aborts with exit code " << exit_code << '\n';
  std::abort();
}

void run_ranks(int ranks, const std::function<void(Communicator&)>& work) {
  ThreadWorld world(ranks);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&world, &work, &failures, rank] {
      omp_set_num_threads(1);  // a setting of each thread: OpenBLAS splits its sums by it
      try {
        ThreadCommunicator comm(world, rank);
        work(comm);
      } catch (const ThreadWorld::RankLost&) {
      } catch (...) {
        failures[static_cast<std::size_t>(rank)] = std::current_exception();
        world.lose_rank();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
}

}  // namespace lockstep::testing
