#include "cli/terminal.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Terminal, ControlsAreShownAndUtf8IsKept) {
  EXPECT_EQ(without_controls("a\tb\nc"), "a\tb\nc");
  EXPECT_EQ(without_controls("\x1b[2J\r\x7f"), "\\x1b[2J\\x0d\\x7f");
  EXPECT_EQ(without_controls("‖∇F‖ é"), "‖∇F‖ é");
  EXPECT_EQ(without_controls("\xc2\x9b"
                             "31m"),
            "\\xc2\\x9b31m");                             // CSI as one C1 control
  EXPECT_EQ(without_controls("\xff\xc3"), "\\xff\\xc3");  // no UTF-8
  EXPECT_EQ(without_controls("\xc0\x8a"), "\\xc0\\x8a");  // newline in too many bytes
}

TEST(Terminal, StreamsAndPrefixesAreThoseOfTheContract) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Terminal terminal;
  terminal.info("100 %s {}");
  terminal.warning("odd");
  terminal.error("bad\ntrainer: error: forged");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "100 %s {}\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "trainer: warning: odd\ntrainer: error: bad\n  trainer: error: forged\n");
}

}  // namespace
}  // namespace lockstep
