#include "data/row_survey.h"

#include "base/interrupt.h"
#include "comm/agreement.h"
#include "data/fingerprint.h"
#include "data/read_ahead.h"

#include <algorithm>
#include <vector>

namespace lockstep {

namespace {

/// Numbers read at a time.
constexpr double kBlockEntries = 1 << 16;
/// Few rows are looked at in so many blocks.
constexpr std::int64_t kFewestBlocks = 16;

/// [begin, begin + count) of a column with one value a row, or none.
std::vector<double> part_of(const std::vector<double>& column, std::int64_t begin, std::int64_t count) {
  if (column.empty()) {
    return {};
  }
  const auto first = column.begin() + begin;
  return {first, first + count};
}

}  // namespace

void visit_rows(const RawData& raw, const VisitRows& visit) {
  const RowBlock& own = raw.block;
  if (!raw.features) {
    visit(own);
    return;
  }
  const FeatureRows& features = *raw.features;
  const auto height =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(kBlockEntries / std::max(1.0, features.entries())), 1,
                               std::max<std::int64_t>(1, own.rows / kFewestBlocks));
  const auto rows_of = [&](std::int64_t number) {
    return Run{number * height, std::min((number + 1) * height, own.rows)};
  };
  const std::int64_t blocks = (own.rows + height - 1) / height;
  ReadAhead ahead([&](std::int64_t number, RowBlock& block) {
    const Run rows = rows_of(number);
    features.read({own.first_row + rows.begin, own.first_row + rows.end}, block);
  });
  RowBlock block;
  for (std::int64_t number = 0; number < blocks; ++number) {
    heed_interrupt("reading data");
    if (number + 1 < blocks) {
      ahead.want(number + 1);
    }
    ahead.take(number, block);
    const Run rows = rows_of(number);
    block.first_row = own.first_row + rows.begin;
    block.label = part_of(own.label, rows.begin, rows.size());
    block.weight = part_of(own.weight, rows.begin, rows.size());
    block.offset = part_of(own.offset, rows.begin, rows.size());
    visit(block);
  }
}

RowSurvey survey_rows(const RawData& raw, Communicator& comm, const VisitRows& also) {
  std::int64_t entries = 0;
  std::uint64_t hash = 0;
  agree(comm, [&] {
    visit_rows(raw, [&](const RowBlock& rows) {
      entries += rows.count_entries();
      hash += hash_of_rows(rows);
      if (also) {
        also(rows);
      }
    });
  });
  return {all_sum(comm, entries), data_fingerprint(raw, hash, comm)};
}

void require_good_rows(const RawData& raw, Communicator& comm) {
  agree(comm, [&] { visit_rows(raw, [](const RowBlock&) {}); });
}

}  // namespace lockstep
