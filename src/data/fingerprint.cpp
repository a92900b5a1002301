#include "data/fingerprint.h"

#include "base/hash.h"
#include "lockstep/comm/communicator.h"

#include <bit>
#include <numeric>
#include <string>
#include <vector>

namespace lockstep {

namespace {

using Words = std::vector<std::uint64_t>;

std::uint64_t hash_of(const Words& words, std::size_t count, std::uint64_t seed = 0) {
  return hash64(std::as_bytes(std::span(words.data(), count)), seed);
}

/// The words of one row are written over those of the row before; returns how many there are.
class RowWords {
 public:
  explicit RowWords(const RowBlock& block) : block_(block) {}

  std::size_t write(std::int64_t row, Words& words) const {
    const auto i = static_cast<std::size_t>(row);
    const std::size_t entries = block_.is_dense
                                    ? static_cast<std::size_t>(block_.features)
                                    : static_cast<std::size_t>(block_.row_start[i + 1] - block_.row_start[i]);
    if (words.size() < kHead + 2 * entries) {
      words.resize(kHead + 2 * entries);
    }
    words[0] = static_cast<std::uint64_t>(block_.first_row + row);
    words[1] = bits(block_.label.empty() ? 0 : block_.label[i]);
    words[2] = bits(block_.weight.empty() ? 1 : block_.weight[i]);
    words[3] = bits(block_.offset.empty() ? 0 : block_.offset[i]);
    return block_.is_dense ? write_dense(i, words) : write_sparse(i, words);
  }

 private:
  static constexpr std::size_t kHead = 4;

  static std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value + 0.0); }  // −0 + 0 = 0

  /// Writes every entry and steps over it only when it is not zero: no branch to mispredict.
  std::size_t write_dense(std::size_t i, Words& words) const {
    const auto features = static_cast<std::size_t>(block_.features);
    const double* values = block_.dense.data() + i * features;
    std::uint64_t* next = words.data() + kHead;
    for (std::size_t j = 0; j < features; ++j) {
      next[0] = j;
      next[1] = std::bit_cast<std::uint64_t>(values[j]);
      next += values[j] != 0 ? 2 : 0;
    }
    return static_cast<std::size_t>(next - words.data());
  }

  std::size_t write_sparse(std::size_t i, Words& words) const {
    std::size_t next = kHead;
    for (auto k = static_cast<std::size_t>(block_.row_start[i]); k < static_cast<std::size_t>(block_.row_start[i + 1]);
         ++k) {
      words[next++] = static_cast<std::uint64_t>(block_.column[k]);
      words[next++] = std::bit_cast<std::uint64_t>(block_.value[k]);
    }
    return next;
  }

  const RowBlock& block_;
};

std::uint64_t hash_of_names(const std::vector<std::string>& names) {
  std::uint64_t hash = names.size();
  for (const std::string& name : names) {
    hash = hash64(std::as_bytes(std::span(name)), hash);
  }
  return hash;
}

}  // namespace

std::uint64_t hash_of_rows(const RowBlock& block) {
  const RowWords row_words(block);
  Words words;
  std::uint64_t sum = 0;
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::size_t count = row_words.write(row, words);
    sum += hash_of(words, count);
  }
  return sum;
}

std::uint64_t data_fingerprint(const RawData& data, std::uint64_t mine, Communicator& comm) {
  // Unsigned: the sum is meant to wrap around.
  const std::vector<std::uint64_t> sums = all_gather_value(comm, mine);
  const std::uint64_t rows_hash = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
  const Words whole = {rows_hash, static_cast<std::uint64_t>(data.total_rows),
                       static_cast<std::uint64_t>(data.block.features)};
  return hash_of(whole, whole.size(), hash_of_names(data.schema.class_names()));
}

std::uint64_t data_fingerprint(const RawData& data, Communicator& comm) {
  return data_fingerprint(data, hash_of_rows(data.block), comm);
}

}  // namespace lockstep
