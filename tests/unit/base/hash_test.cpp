#include "base/hash.h"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// FIPS 180-4 examples.
TEST(Sha256, GivesTheStandardsAnswers) {
  EXPECT_EQ(to_hex(sha256(bytes(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, DoesNotDependOnTheCuts) {
  const std::string text(1000, 'a');
  Sha256 hasher;
  for (std::size_t begin = 0; begin < text.size(); begin += 37) {
    hasher.update(bytes(text).subspan(begin, std::min<std::size_t>(37, text.size() - begin)));
  }
  EXPECT_EQ(hasher.finish(), sha256(bytes(text)));
}

/// Stored fingerprints and metrics depend on these constants: they may never change.
TEST(Hash64, IsXxh3) {
  EXPECT_EQ(to_hex(hash64(bytes(""))), "2d06800538d394c2");
  EXPECT_EQ(to_hex(hash64(bytes("abc"))), "78af5f94892f3950");
}

TEST(Hash64, DependsOnSeedAndEveryBit) {
  std::vector<double> values(100, 1.0);
  const std::uint64_t before = hash64(values);
  EXPECT_NE(hash64(values, 1), before);
  values[57] = -0.0;
  const std::uint64_t negative_zero = hash64(values);
  values[57] = 0.0;
  EXPECT_NE(hash64(values), negative_zero);
  values[57] = 1.0;
  EXPECT_EQ(hash64(values), before);
}

TEST(Hex, HasLowerCaseDigitsAndLeadingZeros) {
  EXPECT_EQ(to_hex(std::uint64_t{0xAB}), "00000000000000ab");
  const std::vector<std::byte> some = {std::byte{0}, std::byte{0xF0}, std::byte{0x0F}};
  EXPECT_EQ(to_hex(some), "00f00f");
}

}  // namespace
}  // namespace lockstep
