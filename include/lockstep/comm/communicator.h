/// Communication between ranks. It only moves bytes: every addition is done by the summation tree, in tree order.
///
/// All members except rank() and size() are Collective unless said otherwise: every rank calls them, in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace lockstep {

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;  ///< in [0, size())
  virtual int size() const = 0;  ///< at least 1

  virtual void barrier() = 0;

  /// Copies the root's bytes to every rank. `bytes` has the same length everywhere.
  virtual void broadcast(std::span<std::byte> bytes, int root) = 0;

  /// all = the ranks' `mine` in rank order; every rank's `mine` has the same length, all.size() = size() · mine.size().
  virtual void all_gather(std::span<const std::byte> mine, std::span<std::byte> all) = 0;

  /// all = the ranks' `mine` in rank order; `counts[r]` is the byte length of rank r's part, known to every rank.
  virtual void all_gather(std::span<const std::byte> mine, std::span<const std::int64_t> counts,
                          std::span<std::byte> all) = 0;

  /// `send` holds one part a destination in rank order (lengths `send_counts`), `receive` one part a source.
  virtual void all_to_all(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                          std::span<std::byte> receive, std::span<const std::int64_t> receive_counts) = 0;

  /// Sends and receives at once with one partner that calls it too. Not collective: a pair of ranks.
  virtual void exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) = 0;

  /// One message from this rank to another that calls receive(). Not collective.
  virtual void send(int destination, std::span<const std::byte> bytes) = 0;
  virtual void receive(int source, std::span<std::byte> bytes) = 0;

  /// The ranks that give the same colour ≥ 0, in the order of their ranks here.
  virtual std::unique_ptr<Communicator> split(int colour) = 0;

  /// Ends all ranks at once with this exit code; for failures that cannot be agreed on. Not collective.
  [[noreturn]] virtual void abort(int exit_code) = 0;
};

/// The serial twin: one rank, identities.
class SerialCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void barrier() override {}
  void broadcast(std::span<std::byte>, int) override {}
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
};

// --- typed helpers over the bytes -----------------------------------------------------------------------------------

/// Every rank's value, in rank order. Collective.
template <typename T>
std::vector<T> all_gather_value(Communicator& comm, const T& mine) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<T> all(static_cast<std::size_t>(comm.size()));
  comm.all_gather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
  return all;
}

/// Σ over ranks of an integer; exact in any order. Collective.
std::int64_t all_sum(Communicator& comm, std::int64_t mine);

/// Replaces each value by the largest of all ranks; exact in any order. The same length on every rank. Collective.
void all_max(Communicator& comm, std::span<double> values);

/// Whether any rank says so. Collective.
bool any_rank(Communicator& comm, bool mine);

/// Every rank's text, in rank order. Collective.
std::vector<std::string> all_gather_text(Communicator& comm, const std::string& mine);

/// Replaces `text` by the root's. Collective.
void broadcast_text(Communicator& comm, std::string& text, int root);

/// Replaces the values by the root's. Collective.
template <typename T>
void broadcast_values(Communicator& comm, std::span<T> values, int root) {
  comm.broadcast(std::as_writable_bytes(values), root);
}

}  // namespace lockstep
