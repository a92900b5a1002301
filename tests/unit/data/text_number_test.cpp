#include "data/text_number.h"

#include "data/text_error.h"

#include <bit>
#include <clocale>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(ParseNumber, ReadsDecimalNumbersExactly) {
  EXPECT_EQ(parse_number("1").value, 1);
  EXPECT_EQ(parse_number("+1").value, 1);
  EXPECT_EQ(parse_number("-1.5e-3").value, -1.5e-3);
  EXPECT_EQ(parse_number("+.5").value, 0.5);
  EXPECT_EQ(parse_number("5.").value, 5);
  EXPECT_EQ(parse_number("1e308").value, 1e308);
  EXPECT_EQ(parse_number("0.1").value, 0.1);
  EXPECT_EQ(parse_number("9007199254740993").value, 9007199254740992.0);
  EXPECT_EQ(parse_number("4.9406564584124654e-324").value, std::numeric_limits<double>::denorm_min());
}

TEST(ParseNumber, ShortestTextOfAnyDoubleReadsBackAsIt) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (std::isfinite(value)) {
      const ParsedNumber number = parse_number(shortest(value));
      ASSERT_EQ(number.status, NumberStatus::ok);
      ASSERT_EQ(number.value, value);
    }
  }
}

TEST(ParseNumber, TooSmallIsZeroAndTooLargeIsOutOfRange) {
  for (const char* tiny : {"1e-400", "-1e-400", "0.00001e-400", "1e-99999999999999999999", "123456e-999"}) {
    EXPECT_EQ(parse_number(tiny).status, NumberStatus::ok) << tiny;
    EXPECT_EQ(parse_number(tiny).value, 0) << tiny;
  }
  EXPECT_TRUE(std::signbit(parse_number("-1e-400").value));
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + '1').status, NumberStatus::ok);
  for (const char* huge : {"1e400", "-1e400", "0.0001e400", "+1e309", "1e99999999999999999999"}) {
    EXPECT_EQ(parse_number(huge).status, NumberStatus::out_of_range) << huge;
  }
  EXPECT_EQ(parse_number('1' + std::string(400, '0')).status, NumberStatus::out_of_range);
}

TEST(ParseNumber, TooSmallIsToldFromZero) {
  for (const char* tiny : {"1e-400", "-0.1e-400", "1E-999"}) {
    EXPECT_TRUE(is_lost_in_zero(tiny, parse_number(tiny).value)) << tiny;
  }
  for (const char* number : {"0", "-0.0", "0e9", "4.9406564584124654e-324", "1"}) {
    EXPECT_FALSE(is_lost_in_zero(number, parse_number(number).value)) << number;
  }
}

TEST(ParseNumber, TellsWhatIsNotANumber) {
  EXPECT_EQ(parse_number("").status, NumberStatus::missing);
  for (const char* text :
       {"abc", "1x", "0x10", "1e", "1e+", "+", "-", ".", "+-1", "++1", "1,5", "1 2", "NA", "?", "1_0", "1d5",
        "\xE2\x88\x92"
        "1"}) {
    EXPECT_EQ(parse_number(text).status, NumberStatus::text) << text;
  }
  for (const char* text : {"nan", "NaN", "-nan", "nan(12)", "inf", "-Inf", "+infinity"}) {
    EXPECT_EQ(parse_number(text).status, NumberStatus::not_finite) << text;
  }
}

TEST(ParseNumber, DoesNotDependOnTheLocale) {
  // Any locale with a decimal comma; where none is installed the test still checks the C locale.
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) {
      break;
    }
  }
  EXPECT_EQ(parse_number("1.5").value, 1.5);
  EXPECT_EQ(shortest(1.5), "1.5");
  std::setlocale(LC_ALL, "C");
}

TEST(Shortest, WritesNoNegativeZero) {
  EXPECT_EQ(shortest(-0.0), "0");
  EXPECT_EQ(shortest(1.0), "1");
  EXPECT_EQ(shortest(0.1), "0.1");
}

TEST(Shown, LetsNoFileSteerTheTerminal) {
  EXPECT_EQ(shown("a\x1b[31m\n"), "'a\\x1b[31m\\x0a'");
  EXPECT_LT(shown(std::string(1000, 'x')).size(), 80U);
  EXPECT_EQ(shell_word("area"), "area");
  EXPECT_EQ(shell_word("mean area"), "'mean area'");
}

}  // namespace
}  // namespace lockstep
