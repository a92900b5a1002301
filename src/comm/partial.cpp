#include "comm/partial.h"

#include <algorithm>
#include <cstring>

namespace lockstep {

namespace {

constexpr std::size_t kWordBytes = kRidingWords * sizeof(std::uint64_t);

constexpr std::size_t whole_lines(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t header_end(const PartialShape& shape) {
  return kWordBytes + whole_lines(static_cast<std::size_t>(shape.header) * sizeof(double));
}

template <typename T, typename Operation>
void combine_as(std::byte* left, const std::byte* right, std::size_t bytes, Operation operation) {
  T* __restrict a = reinterpret_cast<T*>(left);
  const T* __restrict b = reinterpret_cast<const T*>(right);
  const std::size_t count = bytes / sizeof(T);
  for (std::size_t i = 0; i < count; ++i) {
    a[i] = operation(a[i], b[i]);
  }
}

}  // namespace

void Partial::reshape(const PartialShape& shape) {
  shape_ = shape;
  const std::size_t width = shape.scalar == Scalar::float64 ? sizeof(double) : sizeof(float);
  used_ = header_end(shape) + whole_lines(static_cast<std::size_t>(shape.payload) * width);
  if (bytes_.size() < used_) {
    bytes_.resize(used_);
  }
}

void Partial::set_zero() {
  std::memset(bytes_.data(), 0, used_);
}

std::size_t Partial::payload_begin() const {
  return header_end(shape_);
}

std::span<std::uint64_t> Partial::words() {
  return {reinterpret_cast<std::uint64_t*>(bytes_.data()), kRidingWords};
}

std::span<const std::uint64_t> Partial::words() const {
  return {reinterpret_cast<const std::uint64_t*>(bytes_.data()), kRidingWords};
}

std::span<double> Partial::header() {
  return {reinterpret_cast<double*>(bytes_.data() + kWordBytes), static_cast<std::size_t>(shape_.header)};
}

std::span<const double> Partial::header() const {
  return {reinterpret_cast<const double*>(bytes_.data() + kWordBytes), static_cast<std::size_t>(shape_.header)};
}

void Partial::combine(const PartialShape& shape, std::byte* left, const std::byte* right, std::size_t begin,
                      std::size_t length) {
  const std::size_t end = begin + length;
  // The part of a region [from, to) inside [begin, end), as an offset into left and right and a length.
  const auto within = [&](std::size_t from, std::size_t to, auto&& apply) {
    const std::size_t first = std::max(begin, from);
    const std::size_t last = std::min(end, to);
    if (first < last) {
      apply(left + (first - begin), right + (first - begin), last - first);
    }
  };
  const auto plus = [](auto a, auto b) { return a + b; };
  within(0, kWordBytes, [](std::byte* a, const std::byte* b, std::size_t bytes) {
    combine_as<std::uint64_t>(a, b, bytes, [](std::uint64_t x, std::uint64_t y) { return std::max(x, y); });
  });
  within(kWordBytes, header_end(shape),
         [&](std::byte* a, const std::byte* b, std::size_t bytes) { combine_as<double>(a, b, bytes, plus); });
  within(header_end(shape), end, [&](std::byte* a, const std::byte* b, std::size_t bytes) {
    if (shape.scalar == Scalar::float64) {
      combine_as<double>(a, b, bytes, plus);
    } else {
      combine_as<float>(a, b, bytes, plus);
    }
  });
}

}  // namespace lockstep
