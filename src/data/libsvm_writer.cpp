#include "data/libsvm_writer.h"

#include <array>
#include <charconv>

namespace lockstep {

namespace {

template <typename Number>
void append_number(Number number, std::string& text) {
  std::array<char, 32> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), result.ptr);
}

void append_entry(std::int64_t column, double value, Scalar storage, std::string& text) {
  text += ' ';
  append_number(column + 1, text);
  text += ':';
  if (storage == Scalar::float32) {
    append_number(static_cast<float>(value), text);
  } else {
    append_number(value, text);
  }
}

}  // namespace

void append_libsvm(const RowBlock& block, Scalar storage, std::string& text) {
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    append_number(block.label[i] + 0.0, text);
    if (block.is_dense) {
      const double* const x = block.dense.data() + row * block.features;
      for (std::int64_t j = 0; j < block.features; ++j) {
        if (x[j] != 0) {
          append_entry(j, x[j], storage, text);
        }
      }
    } else {
      const auto end = static_cast<std::size_t>(block.row_start[i + 1]);
      for (auto k = static_cast<std::size_t>(block.row_start[i]); k < end; ++k) {
        append_entry(block.column[k], block.value[k], storage, text);
      }
    }
    text += '\n';
  }
}

}  // namespace lockstep
