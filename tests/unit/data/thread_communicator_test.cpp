#include "support/thread_communicator.h"

#include "comm/agreement.h"
#include "lockstep/base/errors.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::run_ranks;

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(ThreadCommunicator, CollectivesMoveTheRanksBytes) {
  for (const int ranks : {1, 2, 3, 5, 8}) {
    run_ranks(ranks, [&](Communicator& comm) {
      EXPECT_EQ(comm.size(), ranks);
      for (int round = 0; round < 50; ++round) {
        std::string text = comm.rank() == ranks - 1 ? "from the last" : "";
        broadcast_text(comm, text, ranks - 1);
        EXPECT_EQ(text, "from the last");

        EXPECT_EQ(all_sum(comm, comm.rank() + round), ranks * (ranks - 1) / 2 + ranks * round);

        const std::vector<std::string> texts =
            all_gather_text(comm, std::string(static_cast<std::size_t>(comm.rank()), 'x'));
        for (int rank = 0; rank < ranks; ++rank) {
          EXPECT_EQ(std::ssize(texts[static_cast<std::size_t>(rank)]), rank);
        }
        comm.barrier();
      }
    });
  }
}

TEST(ThreadCommunicator, AllToAllDeliversEachPart) {
  constexpr int kRanks = 4;
  run_ranks(kRanks, [](Communicator& comm) {
    // Rank s sends d + 1 times the letter of s to rank d.
    std::string send;
    std::vector<std::int64_t> send_counts;
    std::vector<std::int64_t> receive_counts;
    for (int other = 0; other < kRanks; ++other) {
      send += std::string(static_cast<std::size_t>(other) + 1, static_cast<char>('a' + comm.rank()));
      send_counts.push_back(other + 1);
      receive_counts.push_back(comm.rank() + 1);
    }
    std::string received(static_cast<std::size_t>(kRanks * (comm.rank() + 1)), ' ');
    comm.all_to_all(bytes(send), send_counts, std::as_writable_bytes(std::span(received)), receive_counts);
    for (int source = 0; source < kRanks; ++source) {
      const auto width = static_cast<std::size_t>(comm.rank()) + 1;
      EXPECT_EQ(received.substr(static_cast<std::size_t>(source) * width, width),
                std::string(width, static_cast<char>('a' + source)));
    }
  });
}

TEST(ThreadCommunicator, PairsExchangeAndMessagesKeepTheirOrder) {
  run_ranks(4, [](Communicator& comm) {
    const std::string mine(3, static_cast<char>('a' + comm.rank()));
    std::string theirs(3, ' ');
    comm.exchange(comm.rank() ^ 1, bytes(mine), std::as_writable_bytes(std::span(theirs)));
    EXPECT_EQ(theirs, std::string(3, static_cast<char>('a' + (comm.rank() ^ 1))));

    if (comm.rank() == 0) {
      comm.send(3, bytes("first"));
      comm.send(3, bytes("second"));
    } else if (comm.rank() == 3) {
      std::string first(5, ' ');
      std::string second(6, ' ');
      comm.receive(0, std::as_writable_bytes(std::span(first)));
      comm.receive(0, std::as_writable_bytes(std::span(second)));
      EXPECT_EQ(first + second, "firstsecond");
    }
  });
}

TEST(ThreadCommunicator, FailureOfOneRankEndsTheOthers) {
  EXPECT_THROW(run_ranks(3,
                         [](Communicator& comm) {
                           if (comm.rank() == 1) {
                             throw DataError("bad");
                           }
                           comm.barrier();
                         }),
               DataError);
}

TEST(ThreadCommunicator, AgreementThrowsTheLowestFailureEverywhere) {
  run_ranks(5, [](Communicator& comm) {
    try {
      agree(comm, [&] {
        if (comm.rank() >= 2) {
          with_notices({"noticed on " + std::to_string(comm.rank()), ""},
                       [&] { throw DataError("rank " + std::to_string(comm.rank())); });
        }
      });
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "rank 2");
      EXPECT_EQ(error.notices(), (std::vector<std::string>{"noticed on 2", ""}));
      EXPECT_EQ(error.code(), ExitCode::bad_data);
    }
  });
}

}  // namespace
}  // namespace lockstep
