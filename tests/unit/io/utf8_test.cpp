/// Bytes of any kind in texts that must be UTF-8.
#include "io/utf8.h"

#include "io/json_text.h"

#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

TEST(Utf8, LengthsOfCharactersAndZeroForWhatIsNone) {
  const std::pair<std::string, std::size_t> cases[] = {{"a", 1},
                                                       {"\xc3\xb6", 2},
                                                       {"\xe2\x82\xac", 3},
                                                       {"\xf0\x9f\x98\x80", 4},
                                                       {"\xed\x9f\xbf", 3},
                                                       {"\xf6", 0},
                                                       {"\xc3", 0},
                                                       {"\xc3z", 0},
                                                       {"\x80", 0},
                                                       {"\xc0\xaf", 0},
                                                       {"\xe0\x80\xaf", 0},
                                                       {"\xed\xa0\x80", 0},
                                                       {"\xf4\x90\x80\x80", 0},
                                                       {"\xff", 0},
                                                       {"\xe2\x82", 0}};
  for (const auto& [text, length] : cases) {
    EXPECT_EQ(utf8_length(text, 0), length) << text;
  }
}

TEST(Utf8, TomlLiteralsAreUtf8AndGiveTheBytesBack) {
  EXPECT_EQ(toml_literal("gr\xf6\xdf"
                         "e"),
            "\"gr\\uF7F6\\uF7DFe\"");
  EXPECT_EQ(toml_literal("a\"\\\n\x7f"), "\"a\\\"\\\\\\u000A\\u007F\"");
  EXPECT_EQ(toml_literal("gr\xc3\xb6\xc3\x9f"
                         "e"),
            "\"gr\xc3\xb6\xc3\x9f"
            "e\"");
  EXPECT_EQ(with_raw_bytes("gr\xef\x9f\xb6\xef\x9f\x9f"
                           "e"),
            "gr\xf6\xdf"
            "e")
      << "as TOML reads \\uF7F6";
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    const std::string character = {'\xef', static_cast<char>(0x9e | (byte >> 6 & 1)),
                                   static_cast<char>(0x80 | (byte & 0x3f))};
    EXPECT_EQ(toml_literal(raw).substr(0, 5), "\"\\uF7") << byte;
    EXPECT_EQ(with_raw_bytes(character), raw) << byte;
    EXPECT_EQ(toml_literal(character).size(), 2 + 3 * 6u) << "a character that would be taken for a byte";
  }
}

TEST(Utf8, JsonHoldsNoOtherBytes) {
  const nlohmann::ordered_json json = {{"class", "sch\xf6n"}, {"list", {"\xff", "ok"}}};
  EXPECT_EQ(json_text(json), "{\"class\":\"sch\xef\xbf\xbdn\",\"list\":[\"\xef\xbf\xbd\",\"ok\"]}");
}

}  // namespace
}  // namespace lockstep::testing
