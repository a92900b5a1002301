#include "lockstep/comm/mpi_communicator.h"

#include "comm/agreement.h"
#include "lockstep/base/errors.h"

#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Bytes = std::vector<std::byte>;

/// Bytes that tell who sent them, to whom, and their position.
Bytes pattern(int source, int destination, std::int64_t length) {
  Bytes bytes(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] =
        static_cast<std::byte>((i * 7 + i / 251 + static_cast<std::size_t>(source * 31 + destination * 17)) % 256);
  }
  return bytes;
}

void append(Bytes& to, const Bytes& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// Every call, once whole and once cut into pieces of 100 bytes, the way of messages longer than an int can say.
class MpiCommunicatorCalls : public ::testing::TestWithParam<std::int64_t> {
 protected:
  MpiCommunicatorCalls() : comm_(GetParam()) {}
  int rank() const { return comm_.rank(); }
  int size() const { return comm_.size(); }

  MpiCommunicator comm_;
};
INSTANTIATE_TEST_SUITE_P(, MpiCommunicatorCalls, ::testing::Values(std::int64_t{1} << 30, 100),
                         [](const auto& test) { return test.param == 100 ? "InPieces" : "Whole"; });

constexpr std::int64_t kLengths[] = {0, 1, 99, 100, 101, 1000, 12'345};

TEST_P(MpiCommunicatorCalls, BroadcastGivesTheRootsBytes) {
  for (const std::int64_t length : kLengths) {
    for (int root = 0; root < size(); ++root) {
      Bytes bytes = pattern(rank(), rank(), length);
      comm_.broadcast(bytes, root);
      EXPECT_EQ(bytes, pattern(root, root, length));
    }
  }
}

TEST_P(MpiCommunicatorCalls, AllGatherOfEqualLengths) {
  for (const std::int64_t length : kLengths) {
    Bytes all(static_cast<std::size_t>(length * size()));
    comm_.all_gather(pattern(rank(), 0, length), all);
    Bytes expected;
    for (int source = 0; source < size(); ++source) {
      append(expected, pattern(source, 0, length));
    }
    EXPECT_EQ(all, expected);
  }
}

TEST_P(MpiCommunicatorCalls, AllGatherOfUnequalLengths) {
  for (const std::int64_t unit : {0, 1, 40, 100, 1000}) {
    // Rank r gives r · unit bytes: rank 0 none.
    std::vector<std::int64_t> counts;
    Bytes expected;
    for (int source = 0; source < size(); ++source) {
      counts.push_back(source * unit);
      append(expected, pattern(source, 0, counts.back()));
    }
    Bytes all(expected.size());
    comm_.all_gather(pattern(rank(), 0, rank() * unit), counts, all);
    EXPECT_EQ(all, expected);
  }
}

TEST_P(MpiCommunicatorCalls, AllToAllDeliversEachPart) {
  const auto length = [](int source, int destination) -> std::int64_t {
    return source == destination + 1 ? 0 : (source * 3 + destination) % 5 * 77;
  };
  Bytes send;
  Bytes expected;
  std::vector<std::int64_t> send_counts;
  std::vector<std::int64_t> receive_counts;
  for (int other = 0; other < size(); ++other) {
    send_counts.push_back(length(rank(), other));
    receive_counts.push_back(length(other, rank()));
    append(send, pattern(rank(), other, send_counts.back()));
    append(expected, pattern(other, rank(), receive_counts.back()));
  }
  Bytes received(expected.size());
  comm_.all_to_all(send, send_counts, received, receive_counts);
  EXPECT_EQ(received, expected);
}

/// Only one pair's message is long: the other ranks cannot know.
TEST_P(MpiCommunicatorCalls, AllToAllWithOneLongMessage) {
  const auto length = [&](int source, int destination) -> std::int64_t {
    return source == 0 && destination == size() - 1 ? 5000 : 1;
  };
  Bytes send;
  Bytes expected;
  std::vector<std::int64_t> send_counts;
  std::vector<std::int64_t> receive_counts;
  for (int other = 0; other < size(); ++other) {
    send_counts.push_back(length(rank(), other));
    receive_counts.push_back(length(other, rank()));
    append(send, pattern(rank(), other, send_counts.back()));
    append(expected, pattern(other, rank(), receive_counts.back()));
  }
  Bytes received(expected.size());
  comm_.all_to_all(send, send_counts, received, receive_counts);
  EXPECT_EQ(received, expected);
}

TEST_P(MpiCommunicatorCalls, ExchangeBetweenPairs) {
  const int partner = rank() ^ 1;
  if (partner < size()) {
    for (const std::int64_t length : kLengths) {
      // Lengths differ in the two directions.
      const auto bytes_from = [&](int source) { return pattern(source, source ^ 1, length * (source % 2 + 1)); };
      Bytes received(bytes_from(partner).size());
      comm_.exchange(partner, bytes_from(rank()), received);
      EXPECT_EQ(received, bytes_from(partner));
    }
  }
}

TEST_P(MpiCommunicatorCalls, MessagesRoundARing) {
  const int next = (rank() + 1) % size();
  const int previous = (rank() + size() - 1) % size();
  for (const std::int64_t length : kLengths) {
    if (size() > 1) {
      Bytes received(static_cast<std::size_t>(length));
      if (rank() == 0) {
        comm_.send(next, pattern(0, next, length));
        comm_.receive(previous, received);
      } else {
        comm_.receive(previous, received);
        comm_.send(next, pattern(rank(), next, length));
      }
      EXPECT_EQ(received, pattern(previous, rank(), length));
    }
  }
}

TEST_P(MpiCommunicatorCalls, TextsAndValues) {
  EXPECT_EQ(all_sum(comm_, rank() + 1), size() * (size() + 1) / 2);
  const std::vector<std::string> texts = all_gather_text(comm_, std::string(static_cast<std::size_t>(rank()), 'x'));
  for (int source = 0; source < size(); ++source) {
    EXPECT_EQ(texts[static_cast<std::size_t>(source)], std::string(static_cast<std::size_t>(source), 'x'));
  }
  std::string text = rank() == size() - 1 ? "from the last" : "another length than the root's";
  broadcast_text(comm_, text, size() - 1);
  EXPECT_EQ(text, "from the last");
  comm_.barrier();
}

TEST(MpiCommunicator, ExchangesFiveMegabytes) {
  constexpr std::int64_t kLength = 5 << 20;
  MpiCommunicator comm;
  const int partner = comm.rank() ^ 1;
  if (partner < comm.size()) {
    Bytes received(static_cast<std::size_t>(kLength));
    comm.exchange(partner, pattern(comm.rank(), partner, kLength), received);
    EXPECT_TRUE(received == pattern(partner, comm.rank(), kLength));
  }
}

TEST(MpiCommunicator, BarrierIsLeftOnlyWhenAllHaveEntered) {
  MpiCommunicator comm;
  // A token passes rank by rank; whoever leaves the barrier must find that it has passed everybody.
  for (int round = 0; round < 20; ++round) {
    comm.barrier();
    const std::vector<int> rounds = all_gather_value(comm, round);
    EXPECT_EQ(rounds, std::vector<int>(static_cast<std::size_t>(comm.size()), round));
  }
}

TEST(Agreement, ThrowsTheLowestFailingRanksErrorEverywhere) {
  MpiCommunicator comm;
  const int lowest = comm.size() / 2;
  try {
    agree(comm, [&] {
      if (comm.rank() == lowest) {
        throw DataError("rank " + std::to_string(comm.rank()));
      }
      if (comm.rank() > lowest) {
        throw ConfigurationError("a longer text of rank " + std::to_string(comm.rank()));
      }
    });
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "rank " + std::to_string(lowest));
    EXPECT_EQ(error.code(), ExitCode::bad_data);
  }
  agree(comm, [] {});  // and the ranks are still in step
}

TEST(Agreement, OnRootRunsOnRankZeroAndItsFailureIsEveryones) {
  MpiCommunicator comm;
  int runs = 0;
  on_root(comm, [&] { ++runs; });
  EXPECT_EQ(runs, comm.rank() == 0 ? 1 : 0);
  try {
    on_root(comm, [] { throw std::bad_alloc(); });
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::out_of_memory);
  }
}

/// Parts work side by side, each with messages of its own.
TEST(MpiCommunicatorSplit, GivesTheRanksOfAColourInTheirOrder) {
  MpiCommunicator all;
  const int colour = all.rank() % 2;
  const std::unique_ptr<Communicator> part = all.split(colour);
  EXPECT_EQ(part->rank(), all.rank() / 2);
  EXPECT_EQ(part->size(), (all.size() + 1 - colour) / 2);
  std::vector<int> expected;
  for (int rank = colour; rank < all.size(); rank += 2) {
    expected.push_back(rank);
  }
  EXPECT_EQ(all_gather_value(*part, all.rank()), expected);
  const std::unique_ptr<Communicator> alone = part->split(part->rank());
  EXPECT_EQ(alone->size(), 1);
}

}  // namespace
}  // namespace lockstep
