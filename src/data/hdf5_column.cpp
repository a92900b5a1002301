#include "data/hdf5_column.h"

#include "data/text_cause.h"
#include "data/text_number.h"

#include <array>
#include <charconv>
#include <cmath>

namespace lockstep {

namespace {

template <typename Value>
void read_into(Hdf5Input& input, const std::string& name, Run rows, std::vector<Value>& values) {
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

void Hdf5Column::read(Hdf5Input& input, Run rows) {
  if (!exists()) {
    return;
  }
  kind_ = input.kind(name_);
  switch (kind_) {
    case Hdf5Kind::text:
      if (use_ == Use::number) {
        throw DataError(input.name() + ": " + name_ + ": numbers expected (strings found)");
      }
      text_ = input.read_text_rows(name_, rows.begin, rows.size());
      break;
    case Hdf5Kind::signed_integer:
      read_into(input, name_, rows, integer_);
      break;
    case Hdf5Kind::unsigned_integer:
      read_into(input, name_, rows, unsigned_);
      break;
    case Hdf5Kind::float32:
    case Hdf5Kind::float64:
      read_into(input, name_, rows, real_);
      break;
  }
}

double Hdf5Column::number(std::size_t i) const {
  switch (kind_) {
    case Hdf5Kind::signed_integer:
      return exact_number(integer_[i]);
    case Hdf5Kind::unsigned_integer:
      return exact_number(unsigned_[i]);
    default:
      return real_[i];
  }
}

std::string Hdf5Column::text(std::size_t i) const {
  const bool is_float = kind_ == Hdf5Kind::float32 || kind_ == Hdf5Kind::float64;
  if (is_float && is_whole(real_[i])) {
    return std::to_string(static_cast<std::int64_t>(real_[i]));
  }
  switch (kind_) {
    case Hdf5Kind::text:
      return text_[i];
    case Hdf5Kind::signed_integer:
      return std::to_string(integer_[i]);
    case Hdf5Kind::unsigned_integer:
      return std::to_string(unsigned_[i]);
    case Hdf5Kind::float32:
      return shortest_float(real_[i]);
    case Hdf5Kind::float64:
      break;
  }
  return shortest(real_[i]);
}

}  // namespace lockstep
