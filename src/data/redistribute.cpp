#include "data/dataset.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <cstring>

namespace lockstep {

namespace {

/// What of this rank's rows goes to whom, and what of whose rows comes here, in rows.
struct Exchange {
  Exchange(const RowBlock& block, const std::vector<Run>& runs, Communicator& communicator) : comm(communicator) {
    const auto first = all_gather_value(comm, block.first_row);
    const auto rows = all_gather_value(comm, block.rows);
    const auto self = static_cast<std::size_t>(comm.rank());
    for (std::size_t rank = 0; rank < runs.size(); ++rank) {
      send.push_back(overlap({block.first_row, block.first_row + block.rows}, runs[rank]));
      receive.push_back(overlap({first[rank], first[rank] + rows[rank]}, runs[self]));
      moves_nothing = moves_nothing && runs[rank] == Run{first[rank], first[rank] + rows[rank]};
    }
  }

  static Run overlap(Run a, Run b) {
    const std::int64_t begin = std::max(a.begin, b.begin);
    return {begin, std::max(begin, std::min(a.end, b.end))};
  }

  Communicator& comm;
  std::vector<Run> send;
  std::vector<Run> receive;
  bool moves_nothing = true;
};

/// Sends elements of which `count(run)` belong to a run of rows; the parts are consecutive in rank order.
template <typename T, typename Allocator>
std::vector<T> move_elements(const Exchange& exchange, const std::vector<T, Allocator>& mine,
                             const std::vector<std::int64_t>& send_elements,
                             const std::vector<std::int64_t>& receive_elements) {
  std::vector<std::int64_t> send_bytes;
  std::vector<std::int64_t> receive_bytes;
  std::int64_t total = 0;
  for (std::size_t rank = 0; rank < send_elements.size(); ++rank) {
    send_bytes.push_back(send_elements[rank] * static_cast<std::int64_t>(sizeof(T)));
    receive_bytes.push_back(receive_elements[rank] * static_cast<std::int64_t>(sizeof(T)));
    total += receive_elements[rank];
  }
  std::vector<T> received(static_cast<std::size_t>(total));
  exchange.comm.all_to_all(std::as_bytes(std::span(mine)), send_bytes, std::as_writable_bytes(std::span(received)),
                           receive_bytes);
  return received;
}

std::vector<std::int64_t> scaled(const std::vector<Run>& runs, std::int64_t width) {
  std::vector<std::int64_t> counts;
  for (const Run& run : runs) {
    counts.push_back(run.size() * width);
  }
  return counts;
}

/// A column with one value a row; absent columns are absent on every rank that has rows.
std::vector<double> move_column(const Exchange& exchange, const std::vector<double>& column, std::int64_t rows) {
  const bool present = all_sum(exchange.comm, column.empty() ? 0 : 1) > 0;
  if (!present) {
    return {};
  }
  std::vector<double> full = column;
  full.resize(static_cast<std::size_t>(rows));
  return move_elements(exchange, full, scaled(exchange.send, 1), scaled(exchange.receive, 1));
}

/// The features of `from` are used up.
void move_sparse(const Exchange& exchange, RowBlock& from, RowBlock& to) {
  std::vector<std::int64_t> lengths;
  for (std::size_t i = 0; i < static_cast<std::size_t>(from.rows); ++i) {
    lengths.push_back(from.row_start[i + 1] - from.row_start[i]);
  }
  const auto received = move_elements(exchange, lengths, scaled(exchange.send, 1), scaled(exchange.receive, 1));
  to.row_start.assign(1, 0);
  for (const std::int64_t length : received) {
    to.row_start.push_back(to.row_start.back() + length);
  }
  const auto entries = [](const std::vector<Run>& runs, const RowBlock& block, std::int64_t first_row) {
    std::vector<std::int64_t> counts;
    for (const Run& run : runs) {
      counts.push_back(run.empty() ? 0
                                   : block.row_start[static_cast<std::size_t>(run.end - first_row)] -
                                         block.row_start[static_cast<std::size_t>(run.begin - first_row)]);
    }
    return counts;
  };
  const auto send = entries(exchange.send, from, from.first_row);
  const auto receive = entries(exchange.receive, to, to.first_row);
  to.column = move_elements(exchange, from.column, send, receive);
  from.column = std::vector<std::int32_t>();
  to.value = move_elements(exchange, from.value, send, receive);
}

void move_ids(const Exchange& exchange, const RowBlock& from, RowBlock& to) {
  if (all_sum(exchange.comm, std::ssize(from.id)) == 0) {
    return;
  }
  std::vector<std::int64_t> lengths;
  std::vector<char> text;
  for (const std::string& id : from.id) {
    lengths.push_back(std::ssize(id));
    text.insert(text.end(), id.begin(), id.end());
  }
  const auto received = move_elements(exchange, lengths, scaled(exchange.send, 1), scaled(exchange.receive, 1));
  const auto bytes = [](const std::vector<Run>& runs, const std::vector<std::int64_t>& row_lengths,
                        std::int64_t first) {
    std::vector<std::int64_t> counts;
    for (const Run& run : runs) {
      std::int64_t sum = 0;
      for (std::int64_t row = run.begin; row < run.end; ++row) {
        sum += row_lengths[static_cast<std::size_t>(row - first)];
      }
      counts.push_back(sum);
    }
    return counts;
  };
  const auto all = move_elements(exchange, text, bytes(exchange.send, lengths, from.first_row),
                                 bytes(exchange.receive, received, to.first_row));
  auto next = all.begin();
  for (const std::int64_t length : received) {
    to.id.emplace_back(next, next + length);
    next += length;
  }
}

}  // namespace

RowBlock redistribute(RowBlock&& block, const std::vector<Run>& runs, Communicator& comm) {
  const Exchange exchange(block, runs, comm);
  if (exchange.moves_nothing) {
    return std::move(block);
  }
  const Run mine = runs[static_cast<std::size_t>(comm.rank())];
  RowBlock to;
  to.first_row = mine.begin;
  to.rows = mine.size();
  to.features = block.features;
  to.is_dense = block.is_dense;
  if (block.is_dense) {
    to.dense = move_elements(exchange, block.dense, scaled(exchange.send, block.features),
                             scaled(exchange.receive, block.features));
    block.dense = std::vector<double>();  // its memory is needed for the layout
  } else {
    move_sparse(exchange, block, to);
  }
  to.label = move_column(exchange, block.label, block.rows);
  to.weight = move_column(exchange, block.weight, block.rows);
  to.offset = move_column(exchange, block.offset, block.rows);
  move_ids(exchange, block, to);
  block = {};
  return to;
}

}  // namespace lockstep
