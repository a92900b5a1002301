#include "data/npy_header.h"

#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::int64_t kMostHeaderBytes = std::int64_t{1} << 16;  // NumPy itself reads 10000
constexpr std::int64_t kMostColumns = 2147483646;                 // columns are 32-bit numbers
constexpr std::size_t kMostDimensions = 64;                       // as NumPy 2 has it

/// The literals of Python that stand in a header: nothing else is one.
class DictionaryText {
 public:
  DictionaryText(std::string_view text, const std::string& place) : text_(text), place_(place) {}

  NpyHeader parse() {
    NpyHeader header;
    take("{");
    while (!has("}")) {
      const std::string key = string();
      take(":");
      if (key == "descr" && descr_.empty()) {
        descr_ = type_text();
      } else if (key == "fortran_order" && !order_) {
        order_ = truth();
      } else if (key == "shape" && !shape_) {
        shape_ = tuple();
      } else {
        fail("one each of descr, fortran_order and shape");
      }
      if (!has(",")) {
        take("}");
        break;
      }
    }
    if (descr_.empty() || !order_ || !shape_ || text_.find_first_not_of(" \n", at_) != std::string_view::npos) {
      fail("descr, fortran_order and shape, and nothing else");
    }
    header.type.name = descr_;
    header.is_fortran = *order_;
    header.shape = *shape_;
    return header;
  }

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \n\t", at_), text_.size()); }

  /// Takes `token` where it comes next.
  bool has(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) {
      return false;
    }
    at_ += token.size();
    return true;
  }

  void take(std::string_view token) {
    if (!has(token)) {
      fail(token);
    }
  }

  std::string string() {
    const char quote = has("'") ? '\'' : has("\"") ? '"' : '\0';
    const std::size_t end = quote == '\0' ? std::string_view::npos : text_.find(quote, at_);
    if (end == std::string_view::npos) {
      fail("a string");
    }
    const std::string_view body = text_.substr(at_, end - at_);
    if (body.find('\\') != std::string_view::npos) {
      fail("a string without escapes");
    }
    at_ = end + 1;
    return std::string(body);
  }

  std::string type_text() {
    skip_blanks();
    if (text_.substr(at_).starts_with('[')) {
      throw DataError(place_ +
                      ": an array of records, whose fields have types of their own; save them as one array: in NumPy "
                      "numpy.lib.recfunctions.structured_to_unstructured(a)");
    }
    std::string text = string();
    return text.empty() ? " " : text;
  }

  bool truth() {
    if (has("True")) {
      return true;
    }
    take("False");
    return false;
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> lengths;
    take("(");
    while (!has(")")) {
      if (lengths.size() == kMostDimensions) {
        fail("at most 64 dimensions");
      }
      lengths.push_back(length());
      if (!has(",")) {
        take(")");
        break;
      }
    }
    return lengths;
  }

  std::int64_t length() {
    skip_blanks();
    std::int64_t value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0 || *begin == '-') {
      fail("a length");
    }
    at_ += static_cast<std::size_t>(end - begin);
    has("L");  // as Python 2 writes it
    return value;
  }

  [[noreturn]] void fail(std::string_view wanted) const {
    throw DataError(fmt::format("{}: damaged header of a .npy file: expected {} (saw {})", place_, wanted,
                                shown(text_.substr(std::min(at_, text_.size())))));
  }

  std::string_view text_;
  const std::string& place_;
  std::size_t at_ = 0;
  std::string descr_;
  std::optional<bool> order_;
  std::optional<std::vector<std::int64_t>> shape_;
};

/// What a type of other kinds is, and what to do.
std::string_view remedy(char kind) {
  switch (kind) {
    case 'O':
      return "Python objects, which only a pickle gives back; save numbers or texts: in NumPy a.astype(float) or "
             "a.astype(str)";
    case 'V':
      return "records; save their fields as one array of numbers";
    case 'c':
      return "complex numbers; save numpy.column_stack([a.real, a.imag])";
    case 'M':
    case 'm':
      return "dates; save numbers: in NumPy a.astype('datetime64[s]').astype(float)";
    default:
      return "a type that is not read; save a.astype(float)";
  }
}

/// "<f8", "|b1", ">U12"
NpyType parse_type(const std::string& text, const std::string& place) {
  const auto refuse = [&](std::string_view what) {
    throw DataError(fmt::format("{}: values of type {}: {}", place, shown(text), what));
  };
  std::string_view rest = text;
  const char order = rest.front();
  if (std::string_view("<>|=").find(order) != std::string_view::npos) {
    rest.remove_prefix(1);
  }
  NpyType type{.bytes = 0, .is_big_endian = order == '>', .name = text};
  const char kind = rest.empty() ? '\0' : rest.front();
  rest.remove_prefix(rest.empty() ? 0 : 1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), type.bytes);
  const bool is_sized = error == std::errc{} && end == rest.data() + rest.size() && type.bytes > 0;
  const auto fits = [&](std::initializer_list<std::int64_t> sizes) {
    return is_sized && std::ranges::find(sizes, type.bytes) != sizes.end();
  };
  const bool is_read = (kind == 'b' && fits({1})) || ((kind == 'i' || kind == 'u') && fits({1, 2, 4, 8})) ||
                       (kind == 'f' && fits({2, 4, 8})) || (kind == 'S' && is_sized) ||
                       (kind == 'U' && is_sized && type.bytes <= std::numeric_limits<std::int64_t>::max() / 4);
  if (!is_read) {
    refuse(remedy(kind));
  }
  type.kind = static_cast<NpyType::Kind>(kind);
  type.bytes *= kind == 'U' ? 4 : 1;
  if (order == '|' && type.bytes > 1 && kind != 'S') {
    refuse("the order of its bytes is missing");
  }
  return type;
}

/// The product of the lengths and `unit`, or `most` + 1 where it is above that.
std::int64_t bounded_product(std::int64_t unit, std::span<const std::int64_t> lengths, std::int64_t most) {
  if (std::ranges::find(lengths, 0) != lengths.end()) {
    return 0;
  }
  for (const std::int64_t length : lengths) {
    if (unit > most / length) {
      return most + 1;
    }
    unit *= length;
  }
  return unit;
}

void check_size(const NpyHeader& header, std::int64_t held_bytes, const std::string& place) {
  const std::span<const std::int64_t> shape = header.shape;
  if (shape.size() > 1 && bounded_product(1, shape.subspan(1), kMostColumns) > kMostColumns) {
    throw DataError(place + ": a row of " + header.description() + " has more than 2147483646 values");
  }
  if (bounded_product(header.type.bytes, shape, held_bytes) != held_bytes) {
    throw DataError(fmt::format("{}: the header promises {}, {} bytes {} it", place, header.description(), held_bytes,
                                held_bytes == 1 ? "follows" : "follow"));
  }
}

}  // namespace

std::int64_t NpyHeader::columns() const {
  std::int64_t columns = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) {
    columns *= shape[i];
  }
  return columns;
}

std::string NpyHeader::description() const {
  return fmt::format("{} values of type {}", shape.empty() ? "1" : fmt::format("{}", fmt::join(shape, " × ")),
                     type.name);
}

bool is_npy_signature(std::string_view head) {
  return head.starts_with(kMagic);
}

NpyHeader read_npy_header(ByteSource& bytes, const std::string& place) {
  std::string head(12, '\0');
  head.resize(static_cast<std::size_t>(std::min<std::int64_t>(bytes.size(), std::ssize(head))));
  bytes.read(0, std::as_writable_bytes(std::span(head)));
  if (!is_npy_signature(head)) {
    throw DataError(fmt::format("{}: not a .npy file, which begins with \\x93NUMPY (saw {})", place, shown(head)));
  }
  const auto byte = [&](std::size_t i) { return i < head.size() ? static_cast<unsigned char>(head[i]) : 0U; };
  const unsigned major = byte(6);
  if (major < 1 || major > 3 || byte(7) != 0) {
    throw DataError(
        fmt::format("{}: version {}.{} of the .npy format; versions 1.0, 2.0 and 3.0 are read", place, major, byte(7)));
  }
  const std::int64_t text_begin = major == 1 ? 10 : 12;
  std::int64_t length = byte(8) | byte(9) << 8;
  length |= major == 1 ? 0 : static_cast<std::int64_t>(byte(10) << 16 | byte(11) << 24);
  if (length > std::min(kMostHeaderBytes, bytes.size() - text_begin)) {
    throw DataError(fmt::format("{}: damaged header of a .npy file: it shall have {} bytes", place, length));
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  bytes.read(text_begin, std::as_writable_bytes(std::span(text)));
  NpyHeader header = DictionaryText(text, place).parse();
  header.type = parse_type(header.type.name, place);
  header.begin = text_begin + length;
  check_size(header, bytes.size() - header.begin, place);
  return header;
}

}  // namespace lockstep
