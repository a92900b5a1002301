#include "data/idx_input.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::int64_t kPieceValues = std::int64_t{1} << 16;
constexpr std::int64_t kMostFeatures = 2147483646;  // columns are 32-bit numbers

/// Bytes a value of this type takes; 0: no such type.
std::int64_t width_of(unsigned char type) {
  switch (static_cast<IdxInput::Type>(type)) {
    case IdxInput::Type::uint8:
    case IdxInput::Type::int8:
      return 1;
    case IdxInput::Type::int16:
      return 2;
    case IdxInput::Type::int32:
    case IdxInput::Type::float32:
      return 4;
    case IdxInput::Type::float64:
      return 8;
  }
  return 0;
}

const char* name_of(IdxInput::Type type) {
  switch (type) {
    case IdxInput::Type::uint8:
      return "uint8";
    case IdxInput::Type::int8:
      return "int8";
    case IdxInput::Type::int16:
      return "int16";
    case IdxInput::Type::int32:
      return "int32";
    case IdxInput::Type::float32:
      return "float32";
    case IdxInput::Type::float64:
      break;
  }
  return "float64";
}

template <typename Word>
Word big_endian(const std::byte* bytes) {
  Word word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    word = static_cast<Word>(static_cast<std::uint64_t>(word) << 8 | std::to_integer<std::uint64_t>(bytes[i]));
  }
  return word;
}

/// Values of type T, whose bits a Word holds.
template <typename T, typename Word>
void decode_as(std::span<const std::byte> bytes, std::span<double> values) {
  static_assert(sizeof(T) == sizeof(Word));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(std::bit_cast<T>(big_endian<Word>(bytes.data() + i * sizeof(Word))));
  }
}

}  // namespace

bool is_idx_signature(std::string_view head) {
  return head.size() >= 4 && head[0] == '\0' && head[1] == '\0' && width_of(static_cast<unsigned char>(head[2])) > 0 &&
         head[3] != '\0';
}

IdxInput::IdxInput(const InputFile& file) : file_(file), stream_(file) {
  read_header();
  check_size();
}

void IdxInput::read_header() {
  std::array<std::byte, 4 * 256> header;
  const auto read_words = [&](std::size_t words) {
    if (stream_.read(std::span(header).first(4 * words)) < static_cast<std::int64_t>(4 * words)) {
      throw DataError(file_.path() + ": the header of the IDX file is cut off" +
                      (stream_.damage().empty() ? "" : "; " + stream_.damage()));
    }
  };
  read_words(1);
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned char>(header[i]); };
  if (byte(0) != 0 || byte(1) != 0 || width_of(byte(2)) == 0 || byte(3) == 0) {
    throw DataError(fmt::format(
        "{}: not an IDX file, which begins with the bytes 00 00, a type (08, 09, 0b to 0e) and the number of "
        "dimensions (saw {:02x} {:02x} {:02x} {:02x})",
        file_.path(), byte(0), byte(1), byte(2), byte(3)));
  }
  type_ = static_cast<Type>(byte(2));
  width_ = width_of(byte(2));
  const std::size_t dimensions = byte(3);
  read_words(dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) {
    extents_.push_back(big_endian<std::uint32_t>(header.data() + 4 * i));
  }
}

/// Written with quotients: the products of a hostile header overflow.
void IdxInput::check_size() {
  for (auto extent = extents_.begin() + 1; extent != extents_.end(); ++extent) {
    if (*extent > 0 && row_values_ > kMostFeatures / *extent) {
      throw DataError(file_.path() + ": a row of " + description() + " has more than 2147483646 values");
    }
    row_values_ *= *extent;
  }
  if (row_values_ == 0) {
    throw DataError(file_.path() + ": the rows of " + description() + " are empty");
  }
  const auto header_bytes = static_cast<std::int64_t>(4 * (1 + extents_.size()));
  const std::int64_t row_bytes = row_values_ * width_;
  if (stream_.is_compressed()) {
    if (rows() > (stream_.most_bytes() - header_bytes) / row_bytes) {
      throw DataError(fmt::format("{}: the header promises {}, more than {} bytes of gzip can hold", file_.path(),
                                  description(), file_.size()));
    }
    return;
  }
  const std::int64_t held_bytes = file_.size() - header_bytes;
  if (rows() > held_bytes / row_bytes) {
    fail_behind(held_bytes / width_);
  }
  if (held_bytes > rows() * row_bytes) {
    fail_at_end();
  }
}

std::string IdxInput::description() const {
  return fmt::format("{} values of type {}", fmt::join(extents_, " × "), name_of(type_));
}

void IdxInput::read(Run run, const std::function<void(std::span<double>)>& take) {
  const std::int64_t begin = run.begin * row_values_;
  const std::int64_t end = run.end * row_values_;
  if (const std::int64_t skipped = stream_.skip(begin * width_); skipped < begin * width_) {
    fail_behind(skipped / width_);
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min(kPieceValues, end - begin) * width_));
  std::vector<double> values;
  for (std::int64_t at = begin; at < end; at += kPieceValues) {
    const std::int64_t wanted = std::min(kPieceValues, end - at);
    const std::int64_t got = stream_.read({bytes.data(), static_cast<std::size_t>(wanted * width_)}) / width_;
    values.resize(static_cast<std::size_t>(got));
    decode(bytes, values);
    take(values);
    if (got < wanted) {
      fail_behind(at + got);
    }
  }
  if (run.end == rows()) {
    check_end();
  }
}

void IdxInput::decode(std::span<const std::byte> bytes, std::span<double> values) const {
  switch (type_) {
    case Type::uint8:
      return decode_as<std::uint8_t, std::uint8_t>(bytes, values);
    case Type::int8:
      return decode_as<std::int8_t, std::uint8_t>(bytes, values);
    case Type::int16:
      return decode_as<std::int16_t, std::uint16_t>(bytes, values);
    case Type::int32:
      return decode_as<std::int32_t, std::uint32_t>(bytes, values);
    case Type::float32:
      return decode_as<float, std::uint32_t>(bytes, values);
    case Type::float64:
      return decode_as<double, std::uint64_t>(bytes, values);
  }
}

/// Reading past the last value makes zlib compare the checksum.
void IdxInput::check_end() {
  std::byte more;
  if (stream_.read({&more, 1}) > 0) {
    fail_at_end();
  }
  if (!stream_.damage().empty()) {
    throw DataError(fmt::format("{}: behind row {}: {}", file_.path(), rows(), stream_.damage()));
  }
}

void IdxInput::fail_behind(std::int64_t values) const {
  const std::string column = dimensions() > 1 ? fmt::format(", column {}", values % row_values_ + 1) : "";
  const std::string reason = stream_.damage().empty() ? "the file ends here" : stream_.damage();
  throw DataError(fmt::format("{}: row {}{}: {}; the header promises {}", file_.path(), values / row_values_ + 1,
                              column, reason, description()));
}

void IdxInput::fail_at_end() const {
  throw DataError(file_.path() + ": more bytes follow the " + description() + " that the header promises");
}

}  // namespace lockstep
