#include "data/array_column.h"

#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace lockstep {

namespace {

template <typename Value>
void read_into(ArrayFile& input, const std::string& name, Run rows, std::vector<Value>& values) {
  values.resize(static_cast<std::size_t>(rows.size()));
  input.read_rows(name, rows.begin, rows.size(), std::span<Value>(values));
}

/// Whole numbers with all their digits, as integers have them.
bool is_whole(double value) {
  return value == std::floor(value) && std::abs(value) < kExactIntegers;
}

/// The shortest text that a float of 4 bytes reads back from: 0.1, where a double would have 0.10000000149011612.
std::string shortest_float(double value) {
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value) + 0.0F);
  return {text.data(), result.ptr};
}

template <typename Integer>
double exact_number(Integer integer) {
  const auto value = static_cast<double>(integer);
  if (std::abs(value) >= kExactIntegers) {
    check_digits(std::to_string(integer), value, 0);
  }
  return value;
}

}  // namespace

bool is_categorical(const ArrayFile& input, const std::string& name) {
  return input.is_group(name) && input.has(name + "/codes") && input.has(name + "/categories");
}

void ArrayColumn::read(ArrayFile& input, Run rows) {
  if (!exists()) {
    return;
  }
  if (!is_known_) {
    is_coded_ = is_categorical(input, name_);
    if (is_coded_) {
      const std::string categories = name_ + "/categories";
      const std::vector<std::int64_t> shape = input.shape(categories);
      if (shape.size() != 1) {
        throw DataError(input.place(categories) + ": categories need one dimension (saw " +
                        std::to_string(shape.size()) + ")");
      }
      read_values(input, categories, {0, shape[0]});
    }
    is_known_ = true;
  }
  if (is_coded_) {
    read_into(input, name_ + "/codes", rows, code_);
  } else {
    read_values(input, name_, rows);
  }
}

void ArrayColumn::read_values(ArrayFile& input, const std::string& name, Run rows) {
  kind_ = input.kind(name);
  switch (kind_) {
    case ArrayKind::text:
      if (use_ == Use::number) {
        throw DataError(input.place(name) + ": numbers expected (strings found)");
      }
      text_ = input.read_text_rows(name, rows.begin, rows.size());
      break;
    case ArrayKind::signed_integer:
      read_into(input, name, rows, integer_);
      break;
    case ArrayKind::unsigned_integer:
      read_into(input, name, rows, unsigned_);
      break;
    case ArrayKind::float32:
    case ArrayKind::float64:
      read_into(input, name, rows, real_);
      break;
  }
}

/// Of row i in what was read; −1: missing.
std::int64_t ArrayColumn::place_of(std::size_t i) const {
  if (!is_coded_) {
    return static_cast<std::int64_t>(i);
  }
  const auto categories =
      static_cast<std::int64_t>(std::max({text_.size(), integer_.size(), unsigned_.size(), real_.size()}));
  if (code_[i] < -1 || code_[i] >= categories) {
    throw ContentError(0, "code is not the number of a category, 0 to " + std::to_string(categories - 1) + " (saw '" +
                              std::to_string(code_[i]) + "')");
  }
  return code_[i];
}

double ArrayColumn::number(std::size_t row) const {
  const std::int64_t place = place_of(row);
  if (place < 0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto i = static_cast<std::size_t>(place);
  switch (kind_) {
    case ArrayKind::signed_integer:
      return exact_number(integer_[i]);
    case ArrayKind::unsigned_integer:
      return exact_number(unsigned_[i]);
    default:
      return real_[i];
  }
}

std::string ArrayColumn::text(std::size_t row) const {
  const std::int64_t place = place_of(row);
  if (place < 0) {
    return {};
  }
  const auto i = static_cast<std::size_t>(place);
  const bool is_float = kind_ == ArrayKind::float32 || kind_ == ArrayKind::float64;
  if (is_float && is_whole(real_[i])) {
    return std::to_string(static_cast<std::int64_t>(real_[i]));
  }
  switch (kind_) {
    case ArrayKind::text:
      return text_[i];
    case ArrayKind::signed_integer:
      return std::to_string(integer_[i]);
    case ArrayKind::unsigned_integer:
      return std::to_string(unsigned_[i]);
    case ArrayKind::float32:
      return shortest_float(real_[i]);
    case ArrayKind::float64:
      break;
  }
  return shortest(real_[i]);
}

}  // namespace lockstep
