#include "data/npy_array.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Kind = NpyType::Kind;

/// Of an array in Fortran order so much is read at a time, for long pieces of each column.
constexpr std::int64_t kWindowBytes = std::int64_t{64} << 20;

std::uint16_t swapped(std::uint16_t word) {
  return __builtin_bswap16(word);
}
std::uint32_t swapped(std::uint32_t word) {
  return __builtin_bswap32(word);
}
std::uint64_t swapped(std::uint64_t word) {
  return __builtin_bswap64(word);
}
std::uint8_t swapped(std::uint8_t word) {
  return word;
}

template <typename Word>
Word word_at(const std::byte* bytes, bool is_big_endian) {
  Word word;
  std::memcpy(&word, bytes, sizeof(Word));
  return is_big_endian == (std::endian::native == std::endian::big) ? word : swapped(word);
}

/// Values of type T, whose bits a Word holds.
template <typename T, typename Word, typename Out>
void decode_as(std::span<const std::byte> bytes, bool is_big_endian, std::span<Out> out) {
  static_assert(sizeof(T) == sizeof(Word));
  const std::byte* at = bytes.data();
  for (Out& value : out) {
    value = static_cast<Out>(std::bit_cast<T>(word_at<Word>(at, is_big_endian)));
    at += sizeof(Word);
  }
}

/// IEEE 754 binary16: every value is a float64.
double half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const int fraction = bits & 0x3ff;
  const double size = exponent == 0x1f ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                      : exponent == 0  ? std::ldexp(fraction, -24)
                                       : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

void decode_reals(const NpyType& type, std::span<const std::byte> bytes, std::span<double> out) {
  switch (type.bytes) {
    case 2:
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = half(word_at<std::uint16_t>(bytes.data() + 2 * i, type.is_big_endian));
      }
      return;
    case 4:
      return decode_as<float, std::uint32_t>(bytes, type.is_big_endian, out);
    default:
      return decode_as<double, std::uint64_t>(bytes, type.is_big_endian, out);
  }
}

template <typename Out>
void decode_integers(const NpyType& type, std::span<const std::byte> bytes, std::span<Out> out) {
  const bool is_big = type.is_big_endian;
  const bool is_signed = type.kind == Kind::signed_integer;
  switch (type.bytes) {
    case 1:
      return is_signed ? decode_as<std::int8_t, std::uint8_t>(bytes, is_big, out)
                       : decode_as<std::uint8_t, std::uint8_t>(bytes, is_big, out);
    case 2:
      return is_signed ? decode_as<std::int16_t, std::uint16_t>(bytes, is_big, out)
                       : decode_as<std::uint16_t, std::uint16_t>(bytes, is_big, out);
    case 4:
      return is_signed ? decode_as<std::int32_t, std::uint32_t>(bytes, is_big, out)
                       : decode_as<std::uint32_t, std::uint32_t>(bytes, is_big, out);
    default:
      return is_signed ? decode_as<std::int64_t, std::uint64_t>(bytes, is_big, out)
                       : decode_as<std::uint64_t, std::uint64_t>(bytes, is_big, out);
  }
}

/// The UTF-8 of a code point; empty: it is none.
std::string utf8_of(std::uint32_t point) {
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    return {};
  }
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    return {static_cast<char>(point)};
  }
  if (point < 0x800) {
    return {static_cast<char>(0xc0 | point >> 6), tail(0)};
  }
  if (point < 0x10000) {
    return {static_cast<char>(0xe0 | point >> 12), tail(6), tail(0)};
  }
  return {static_cast<char>(0xf0 | point >> 18), tail(12), tail(6), tail(0)};
}

/// One text without its padding; false where it holds what is no character.
bool decode_text(const NpyType& type, std::span<const std::byte> bytes, std::string& text) {
  text.clear();
  if (type.kind == Kind::bytes) {
    text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  for (std::size_t i = 0; type.kind == Kind::characters && i < bytes.size(); i += sizeof(std::uint32_t)) {
    const std::string character = utf8_of(word_at<std::uint32_t>(bytes.data() + i, type.is_big_endian));
    if (character.empty()) {
      return false;
    }
    text += character;
  }
  text.resize(text.find_last_not_of('\0') + 1);
  return text.find('\0') == std::string::npos;
}

}  // namespace

NpyArray::NpyArray(std::unique_ptr<ByteSource> bytes, std::string place)
    : bytes_(std::move(bytes)), place_(std::move(place)), header_(read_npy_header(*bytes_, place_)) {}

ArrayKind NpyArray::kind() const {
  switch (header_.type.kind) {
    case Kind::boolean:
    case Kind::unsigned_integer:
      return ArrayKind::unsigned_integer;
    case Kind::signed_integer:
      return ArrayKind::signed_integer;
    case Kind::real:
      return header_.type.bytes <= 4 ? ArrayKind::float32 : ArrayKind::float64;
    case Kind::bytes:
    case Kind::characters:
      break;
  }
  return ArrayKind::text;
}

void NpyArray::expect(Run rows) {
  until_ = rows.end;
  if (is_in_columns() && bytes_->is_sequential() && rows != window_) {
    gather(rows);
  }
}

bool NpyArray::is_in_columns() const {
  return header_.is_fortran && header_.columns() > 1;
}

/// Column after column.
void NpyArray::gather(Run rows) {
  const std::int64_t value = header_.type.bytes;
  const auto piece = static_cast<std::size_t>(rows.size() * value);
  window_ = {};
  gathered_.resize(piece * static_cast<std::size_t>(header_.columns()));
  for (std::int64_t column = 0; column < header_.columns(); ++column) {
    bytes_->read(header_.begin + (column * header_.rows() + rows.begin) * value,
                 std::span(gathered_).subspan(static_cast<std::size_t>(column) * piece, piece));
  }
  if (bytes_->is_sequential()) {
    bytes_->read(bytes_->size(), {});  // so that what is damaged behind these rows is found on every rank
  }
  window_ = rows;
}

std::span<const std::byte> NpyArray::bytes_of(Run rows) {
  const std::int64_t columns = header_.columns();
  const auto value = static_cast<std::size_t>(header_.type.bytes);
  values_.resize(static_cast<std::size_t>(rows.size() * columns) * value);
  if (!is_in_columns()) {
    bytes_->read(header_.begin + rows.begin * columns * header_.type.bytes, values_);
    return values_;
  }
  if (rows.begin < window_.begin || rows.end > window_.end) {
    const std::int64_t ahead = bytes_->is_sequential() ? 0 : kWindowBytes / (columns * header_.type.bytes);
    gather({rows.begin, std::max(rows.end, std::min(rows.begin + ahead, until_))});
  }
  std::byte* to = values_.data();
  for (std::int64_t row = rows.begin - window_.begin; row < rows.end - window_.begin; ++row) {
    for (std::int64_t column = 0; column < columns; ++column, to += value) {
      std::memcpy(to, gathered_.data() + static_cast<std::size_t>(column * window_.size() + row) * value, value);
    }
  }
  return values_;
}

template <typename Value>
void NpyArray::read_integers(Run rows, std::span<Value> out) {
  if (!header_.type.is_integer() && header_.type.kind != Kind::boolean) {
    throw DataError(fmt::format("{}: integers expected ({} found)", place_, header_.description()));
  }
  decode_integers(header_.type, bytes_of(rows), out);
  if (header_.type.kind == Kind::boolean) {
    std::ranges::transform(out, out.begin(), [](Value value) { return value == 0 ? Value{0} : Value{1}; });
  }
}

void NpyArray::read(Run rows, std::span<std::int64_t> out) {
  read_integers(rows, out);
}

void NpyArray::read(Run rows, std::span<std::uint64_t> out) {
  read_integers(rows, out);
}

void NpyArray::read(Run rows, std::span<double> out) {
  const NpyType& type = header_.type;
  if (type.is_text()) {
    throw DataError(fmt::format("{}: numbers expected ({} found)", place_, header_.description()));
  }
  if (type.kind == Kind::real) {
    decode_reals(type, bytes_of(rows), out);
  } else if (type.bytes < 8) {
    decode_integers(type, bytes_of(rows), out);
    if (type.kind == Kind::boolean) {
      std::ranges::transform(out, out.begin(), [](double value) { return value == 0 ? 0.0 : 1.0; });
    }
  } else if (type.kind == Kind::signed_integer) {
    std::vector<std::int64_t> values(out.size());
    read_integers<std::int64_t>(rows, values);
    copy_exactly(std::span<const std::int64_t>(values), rows.begin, header_.columns(), place_, out);
  } else {
    std::vector<std::uint64_t> values(out.size());
    read_integers<std::uint64_t>(rows, values);
    copy_exactly(std::span<const std::uint64_t>(values), rows.begin, header_.columns(), place_, out);
  }
}

std::vector<std::string> NpyArray::read_texts(Run rows) {
  if (!header_.type.is_text() || header_.columns() != 1) {
    throw DataError(fmt::format("{}: a list of texts expected ({} found)", place_, header_.description()));
  }
  const std::span<const std::byte> bytes = bytes_of(rows);
  const auto width = static_cast<std::size_t>(header_.type.bytes);
  std::vector<std::string> texts(static_cast<std::size_t>(rows.size()));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!decode_text(header_.type, bytes.subspan(i * width, width), texts[i])) {
      throw DataError(fmt::format("{}: row {}: the text holds what is no character", place_,
                                  rows.begin + static_cast<std::int64_t>(i) + 1));
    }
  }
  return texts;
}

}  // namespace lockstep
