/// Counts what passes through a communicator: "one oracle call is one reduction" becomes a test.
#pragma once

#include "lockstep/comm/communicator.h"

#include <cstdlib>

namespace lockstep::testing {

class CountingCommunicator final : public Communicator {
 public:
  struct Counts {
    int barriers = 0;
    int broadcasts = 0;
    int all_gathers = 0;
    int all_to_alls = 0;
    int exchanges = 0;
    int messages = 0;  ///< send() and receive()
    std::size_t bytes_sent = 0;

    int collectives() const { return barriers + broadcasts + all_gathers + all_to_alls; }
    int calls() const { return collectives() + exchanges + messages; }
  };

  explicit CountingCommunicator(Communicator& inner) : inner_(inner) {}

  const Counts& counts() const { return counts_; }
  void reset() { counts_ = {}; }

  int rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }

  void barrier() override {
    ++counts_.barriers;
    inner_.barrier();
  }
  void broadcast(std::span<std::byte> bytes, int root) override {
    ++counts_.broadcasts;
    inner_.broadcast(bytes, root);
  }
  void all_gather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    count(counts_.all_gathers, mine);
    inner_.all_gather(mine, all);
  }
  void all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                  std::span<std::byte> all) override {
    count(counts_.all_gathers, mine);
    inner_.all_gather(mine, counts, all);
  }
  void all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                  std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) override {
    count(counts_.all_to_alls, send);
    inner_.all_to_all(send, send_counts, receive, receive_counts);
  }
  void exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) override {
    count(counts_.exchanges, send);
    inner_.exchange(partner, send, receive);
  }
  void send(int destination, std::span<const std::byte> bytes) override {
    count(counts_.messages, bytes);
    inner_.send(destination, bytes);
  }
  void receive(int source, std::span<std::byte> bytes) override {
    ++counts_.messages;
    inner_.receive(source, bytes);
  }
  std::unique_ptr<Communicator> split(int colour) override { return inner_.split(colour); }
  [[noreturn]] void abort(int exit_code) override {
    inner_.abort(exit_code);
    std::abort();  // g++ does not know that a virtual call never returns
  }

 private:
  void count(int& kind, std::span<const std::byte> sent) {
    ++kind;
    counts_.bytes_sent += sent.size();
  }

  Communicator& inner_;
  Counts counts_;
};

}  // namespace lockstep::testing
