/// A partial sum: the buffer that leaves fill, tree nodes add and ranks exchange.
#pragma once

#include "lockstep/base/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

/// Lengths of a partial sum. The header is float64 (Σs, Σsℓ, …), the payload in the compute type (gradient, Hessian).
struct PartialShape {
  Index header = 0;
  Index payload = 0;
  Scalar scalar = Scalar::float64;
  friend bool operator==(const PartialShape&, const PartialShape&) = default;
};

/// Integers that ride beside the sums, each combined by maximum. A minimum rides as its complement.
enum class RidingWord : std::size_t {
  stop,                ///< why a rank wishes to stop; 0: it does not
  checkpoint,          ///< 1: rank 0's clock says that a checkpoint is due
  parameter_hash,      ///< hash of the parameters this pass used
  interrupted,         ///< 1: a rank gave the pass up: the sums are of some rows only
  parameter_hash_low,  ///< complement of the same: both agree with one hash exactly when all ranks hold equal bits
};
inline constexpr std::size_t kRidingWords = 8;
using RidingWords = std::array<std::uint64_t, kRidingWords>;

/// One contiguous cache-line aligned buffer: riding words | header | payload, each padded to a cache line.
class Partial {
 public:
  Partial() = default;
  explicit Partial(const PartialShape& shape) { reshape(shape); }

  /// Makes room for the shape; the content is unspecified afterwards. Keeps the memory where it suffices.
  void reshape(const PartialShape& shape);
  void set_zero();

  const PartialShape& shape() const { return shape_; }
  std::span<std::uint64_t> words();
  std::span<const std::uint64_t> words() const;
  std::span<double> header();
  std::span<const double> header() const;
  /// Payload elements; T is double for Scalar::float64 and float for Scalar::float32.
  template <typename T>
  std::span<T> payload() {
    return {reinterpret_cast<T*>(bytes_.data() + payload_begin()), static_cast<std::size_t>(shape_.payload)};
  }
  template <typename T>
  std::span<const T> payload() const {
    return {reinterpret_cast<const T*>(bytes_.data() + payload_begin()), static_cast<std::size_t>(shape_.payload)};
  }
  std::span<std::byte> bytes() { return {bytes_.data(), used_}; }
  std::span<const std::byte> bytes() const { return {bytes_.data(), used_}; }

  /// this = this + right over the whole buffer: words by maximum, header and payload element by element.
  void add(const Partial& right) { add_range(right.bytes(), 0); }

  /// The same over the byte range [begin, begin + right.size()) only; both ends on cache lines.
  void add_range(std::span<const std::byte> right, std::size_t begin) {
    combine(shape_, bytes_.data() + begin, right.data(), begin, right.size());
  }

  /// left = left + right for the bytes [begin, begin + length) of two partials of this shape.
  static void combine(const PartialShape& shape, std::byte* left, const std::byte* right, std::size_t begin,
                      std::size_t length);

 private:
  std::size_t payload_begin() const;

  PartialShape shape_;
  AlignedVector<std::byte> bytes_;
  std::size_t used_ = 0;
};

}  // namespace lockstep
