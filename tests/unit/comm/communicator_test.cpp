#include "lockstep/comm/communicator.h"

#include "comm/agreement.h"
#include "lockstep/base/errors.h"

#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(SerialCommunicator, IsAWorldOfIdentities) {
  SerialCommunicator comm;
  EXPECT_EQ(comm.rank(), 0);
  EXPECT_EQ(comm.size(), 1);
  comm.barrier();
  EXPECT_EQ(all_sum(comm, 5), 5);
  EXPECT_EQ(all_gather_text(comm, "alone"), std::vector<std::string>{"alone"});
  std::string text = "mine";
  broadcast_text(comm, text, 0);
  EXPECT_EQ(text, "mine");

  const std::vector<int> sent = {1, 2, 3};
  std::vector<int> received(3);
  const std::vector<std::int64_t> counts = {3 * sizeof(int)};
  comm.all_to_all(std::as_bytes(std::span(sent)), counts, std::as_writable_bytes(std::span(received)), counts);
  EXPECT_EQ(received, sent);
}

TEST(SerialCommunicator, HasNoPartner) {
  SerialCommunicator comm;
  EXPECT_THROW(comm.exchange(1, {}, {}), InternalError);
  EXPECT_THROW(comm.send(1, {}), InternalError);
  EXPECT_THROW(comm.receive(1, {}), InternalError);
}

ExitCode code_of(const std::function<void()>& work) {
  SerialCommunicator comm;
  try {
    agree(comm, work);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::success;
}

TEST(Agreement, GivesEveryKindOfFailureItsExitCode) {
  EXPECT_EQ(code_of([] {}), ExitCode::success);
  EXPECT_EQ(code_of([] { throw DataError("bad"); }), ExitCode::bad_data);
  EXPECT_EQ(code_of([] { throw std::bad_alloc(); }), ExitCode::out_of_memory);
  EXPECT_EQ(code_of([] { throw std::logic_error("bug"); }), ExitCode::internal);
}

/// What agree() or on_root() throws on each of three ranks.
template <typename Work>
void expect_agreed_everywhere(Work work) {
  testing::run_ranks(3, [&](Communicator& comm) {
    try {
      work(comm);
      ADD_FAILURE() << "not thrown on rank " << comm.rank();
    } catch (const Error& error) {
      EXPECT_TRUE(is_agreed(error));
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      EXPECT_STREQ(error.what(), "bad");
      EXPECT_EQ(error.notices(), std::vector<std::string>{"seen"});
    }
  });
}

TEST(Agreement, MakesTheFailureOfOneRankThatOfAll) {
  const auto fail = [] { with_notices({"seen"}, [] { throw DataError("bad"); }); };
  expect_agreed_everywhere([&](Communicator& comm) {
    agree(comm, [&] {
      if (comm.rank() == 2) {
        fail();
      }
    });
  });
  expect_agreed_everywhere([&](Communicator& comm) { on_root(comm, fail); });
}

}  // namespace
}  // namespace lockstep
