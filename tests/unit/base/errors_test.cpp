#include "lockstep/base/errors.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Purpose = SystemError::Purpose;

ExitCode code_of(Purpose purpose, int error_number) {
  return SystemError(purpose, "file", "open", error_number).code();
}

TEST(SystemError, HasTheDocumentedExitCode) {
  EXPECT_EQ(code_of(Purpose::read_input, ENOENT), ExitCode::input_missing);
  EXPECT_EQ(code_of(Purpose::read_input, ENOTDIR), ExitCode::input_missing);
  EXPECT_EQ(code_of(Purpose::read_input, EIO), ExitCode::io_error);
  EXPECT_EQ(code_of(Purpose::create_output, ENOENT), ExitCode::cannot_create);
  EXPECT_EQ(code_of(Purpose::create_output, EROFS), ExitCode::cannot_create);
  EXPECT_EQ(code_of(Purpose::write, ENOSPC), ExitCode::io_error);
  for (const Purpose purpose : {Purpose::read_input, Purpose::create_output, Purpose::write}) {
    EXPECT_EQ(code_of(purpose, EACCES), ExitCode::permission);
    EXPECT_EQ(code_of(purpose, EPERM), ExitCode::permission);
    EXPECT_EQ(code_of(purpose, ENOMEM), ExitCode::out_of_memory);
  }
}

TEST(SystemError, NamesFileActionAndReason) {
  const SystemError error(Purpose::read_input, "data.csv", "open", ENOENT);
  EXPECT_STREQ(error.what(), "data.csv: cannot open (No such file or directory)");
  EXPECT_EQ(error.error_number(), ENOENT);
}

TEST(DataError, StartsWithThePosition) {
  EXPECT_EQ(to_string(Position{"data.csv", 3, 7}), "data.csv:3:7");
  EXPECT_EQ(to_string(Position{"data.csv", 3}), "data.csv:3");
  EXPECT_EQ(to_string(Position{"data.csv"}), "data.csv");
  const DataError error({"data.csv", 3, 7}, "not a number");
  EXPECT_STREQ(error.what(), "data.csv:3:7: not a number");
  EXPECT_EQ(error.code(), ExitCode::bad_data);
}

TEST(Errors, CarryTheirExitCodes) {
  EXPECT_EQ(static_cast<int>(UsageError("").code()), 64);
  EXPECT_EQ(static_cast<int>(DataError("").code()), 65);
  EXPECT_EQ(static_cast<int>(NumericalStop("").code()), 69);
  EXPECT_EQ(static_cast<int>(InternalError("").code()), 70);
  EXPECT_EQ(static_cast<int>(ConfigurationError("").code()), 78);
}

TEST(Agreed, IsAMarkOnAnErrorThatStaysWhatItWas) {
  try {
    with_notices({"before"}, [] { throw Agreed<DataError>({"data.csv", 3, 7}, "not a number"); });
    ADD_FAILURE() << "not thrown";
  } catch (const DataError& error) {
    EXPECT_TRUE(is_agreed(error));
    EXPECT_STREQ(error.what(), "data.csv:3:7: not a number");
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_EQ(error.notices(), std::vector<std::string>{"before"});
  }
}

TEST(Agreed, IsNoErrorWithoutTheMark) {
  EXPECT_FALSE(is_agreed(DataError("on one rank")));
  const Agreed<InternalError> marked("on every rank");
  const InternalError copy = marked;
  EXPECT_TRUE(is_agreed(marked));
  EXPECT_FALSE(is_agreed(copy)) << "what is thrown anew is agreed on anew";
}

TEST(Errors, TakeAlongWhatWasNoticedBefore) {
  std::vector<std::string> notices = {"first"};
  EXPECT_EQ(with_notices(notices, [] { return 3; }), 3);
  try {
    with_notices(notices, [&] {
      notices.emplace_back("second");
      with_notices({"third"}, [] { throw ConfigurationError("no"); });
    });
    ADD_FAILURE() << "not thrown";
  } catch (const ConfigurationError& error) {
    EXPECT_EQ(error.notices(), (std::vector<std::string>{"first", "second", "third"}));
    EXPECT_STREQ(error.what(), "no");
  }
}

}  // namespace
}  // namespace lockstep
